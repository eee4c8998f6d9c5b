namespace Sereno.Units.Model;

/// <summary>What a mount, automount or swap unit says: the columns of fstab(5); specifiers are resolved.</summary>
/// <param name="Where">Null for swap.</param>
public sealed record MountDefinition(string What = "", string? Where = null, string? FileSystem = null, string? Options = null)
{
    /// <summary>A device or a file, whose own file system comes first.</summary>
    public bool HasSourcePath => What.StartsWith('/');

    public bool HasOption(string option) => Options?.Split(',').Contains(option) == true;

    /// <summary>Ordered after the network, as systemd tells (systemd.mount(5), "_netdev").</summary>
    public bool IsNetwork => HasOption("_netdev") ||
        FileSystem is "nfs" or "nfs4" or "cifs" or "smb3" or "smbfs" or "ncpfs" or "ncp" or "gfs" or "gfs2" or "ocfs2" or "afs" or "ceph" or
            "glusterfs" or "pvfs2" or "sshfs" or "davfs" or "fuse.sshfs" or "fuse.glusterfs";
}
