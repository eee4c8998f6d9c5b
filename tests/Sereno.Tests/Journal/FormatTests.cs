using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Sereno.Journal.Format;
using Sereno.Units.Values;
using Xunit;

namespace Sereno.Tests.Journal;

/// <summary>The pieces of a journal file are as long as "Journal File Format" says, and hashed as the papers say.</summary>
public sealed class FormatTests
{
    [Fact]
    public void The_header_is_where_the_document_says()
    {
        Assert.Equal(FileHeader.Size, Unsafe.SizeOf<FileHeader>());
        Assert.Equal(16, Offset(nameof(FileHeader.State)));
        Assert.Equal(24, Offset(nameof(FileHeader.FileId)));
        Assert.Equal(88, Offset(nameof(FileHeader.HeaderSize)));
        Assert.Equal(FileHeader.SizeMin, Offset(nameof(FileHeader.DataCount)));
        Assert.Equal(FileHeader.Size187, Offset(nameof(FileHeader.TagCount)));
        Assert.Equal(FileHeader.Size189, Offset(nameof(FileHeader.DataHashChainDepth)));
        Assert.Equal(FileHeader.Size246, Offset(nameof(FileHeader.TailEntryArrayOffset)));
        Assert.Equal(FileHeader.Magic, MemoryMarshal.Read<ulong>("LPKSHHRH"u8));

        static int Offset(string field) => (int)Marshal.OffsetOf<FileHeader>(field);
    }

    [Fact]
    public void Objects_are_as_long_as_the_document_says()
    {
        Assert.Equal(ObjectHeader.Size, Unsafe.SizeOf<ObjectHeader>());
        Assert.Equal(DataObject.Size, Unsafe.SizeOf<DataObject>());
        Assert.Equal(DataObject.CompactSize, Unsafe.SizeOf<DataObject>() + Unsafe.SizeOf<CompactTail>());
        Assert.Equal(FieldObject.Size, Unsafe.SizeOf<FieldObject>());
        Assert.Equal(EntryObject.Size, Unsafe.SizeOf<EntryObject>());
        Assert.Equal(HashItem.Size, Unsafe.SizeOf<HashItem>());
        Assert.Equal(EntryArrayObject.Size, Unsafe.SizeOf<EntryArrayObject>());
    }

    [Fact]
    public void Words_that_are_changed_alone_are_where_their_structs_have_them()
    {
        Assert.Equal(FileHeader.StateAt, Offset<FileHeader>(nameof(FileHeader.State)));
        Assert.Equal(FileHeader.ArenaSizeAt, Offset<FileHeader>(nameof(FileHeader.ArenaSize)));
        Assert.Equal(DataObject.NextHashAt, Offset<DataObject>(nameof(DataObject.NextHashOffset)));
        Assert.Equal(DataObject.NextFieldAt, Offset<DataObject>(nameof(DataObject.NextFieldOffset)));
        Assert.Equal(DataObject.EntryAt, Offset<DataObject>(nameof(DataObject.EntryOffset)));
        Assert.Equal(DataObject.EntryArrayAt, Offset<DataObject>(nameof(DataObject.EntryArrayOffset)));
        Assert.Equal(DataObject.EntryCountAt, Offset<DataObject>(nameof(DataObject.EntryCount)));
        Assert.Equal(DataObject.CompactTailAt, Unsafe.SizeOf<DataObject>());
        Assert.Equal(FieldObject.NextHashAt, Offset<FieldObject>(nameof(FieldObject.NextHashOffset)));
        Assert.Equal(FieldObject.HeadDataAt, Offset<FieldObject>(nameof(FieldObject.HeadDataOffset)));
        Assert.Equal(HashItem.TailAt, Offset<HashItem>(nameof(HashItem.TailOffset)));
        Assert.Equal(EntryArrayObject.NextAt, Offset<EntryArrayObject>(nameof(EntryArrayObject.NextOffset)));

        static int Offset<T>(string field) => (int)Marshal.OffsetOf<T>(field);
    }

    /// <summary>The vectors of the paper's reference code: key 00..0f, text 00, 01, ...</summary>
    [Theory]
    [InlineData(0, 0x726fdb47dd0e0e31ul)]
    [InlineData(1, 0x74f839c593dc67fdul)]
    [InlineData(8, 0x93f5f5799a932462ul)]
    [InlineData(15, 0xa129ca6149be45e5ul)]
    public void SipHash_gives_its_vectors(int length, ulong hash)
    {
        byte[] bytes = [.. Enumerable.Range(0, 16).Select(i => (byte)i)];
        Assert.Equal(hash, SipHash.Hash(bytes.AsSpan(0, length), MemoryMarshal.Read<UInt128>(bytes)));
    }

    /// <summary>The vectors in lookup3.c's driver5; systemd keeps hashlittle2's first word above.</summary>
    [Theory]
    [InlineData("", 0xdeadbeefdeadbeeful)]
    [InlineData("Four score and seven years ago", 0x17770551ce7226e6ul)]
    public void Jenkins_hash_gives_its_vectors(string text, ulong hash) => Assert.Equal(hash, JenkinsHash.Hash(System.Text.Encoding.ASCII.GetBytes(text)));
}
