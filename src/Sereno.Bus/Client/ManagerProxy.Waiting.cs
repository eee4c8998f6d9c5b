namespace Sereno.Bus.Client;

/// <summary>Waiting for jobs, also through a manager's death: its successor carries on with the same jobs.</summary>
public sealed partial class ManagerProxy
{
    /// <summary>How long a manager may take to follow another.</summary>
    public static readonly TimeSpan Succession = TimeSpan.FromSeconds(30);

    /// <summary>Waits until a job that this client queued is gone.</summary>
    /// <param name="stops">What the job is to do to the unit: tells how it ended where nobody listened.</param>
    /// <returns>"done", "failed", "canceled", "timeout", "dependency", "skipped", ...</returns>
    public string WaitForJob(string job, string unit, bool stops)
    {
        for (bool anew = false; ;)
            try
            {
                if (anew)
                {
                    Client.Reconnect(Succession);
                    anew = false;
                    if (!job.EndsWith("/0", StringComparison.Ordinal) && !ListJobs().Exists(j => UnitPath.OfJob(j.Id) == job))
                        return ResultOf(unit, stops);
                }
                return WaitForJob(job) ?? "";
            }
            catch (BusException e) when (e.Name == BusErrors.Disconnected)
            {
                anew = true;
            }
    }

    private string ResultOf(string unit, bool stops)
    {
        var properties = Unit(unit).GetAll();
        string Text(string name) => properties.TryGetValue(name, out var value) ? value.Scalar as string ?? "" : "";
        return Text("ActiveState") switch
        {
            "inactive" => stops || Text("Result") is "success" or "" ? "done" : "failed",
            "failed" => stops ? "done" : "failed",
            _ => stops ? "failed" : "done",
        };
    }
}
