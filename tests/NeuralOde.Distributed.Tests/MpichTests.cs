namespace NeuralOde.Distributed.Tests;

/// <summary>The same code over MPICH, whose handles are numbers and whose library may load UCX with its handlers of signals.</summary>
public class MpichTests
{
    [MpichFact]
    public void Values_get_where_they_belong()
    {
        var job = MpiJob.RunByMpich(2, MpiJob.Probe, "collectives");
        Assert.Equal(0, job.ExitCode);
        Assert.Equal(
            [
                "0/2 gather 000A07010B07 exchange 0111 broadcast 2A00 sums True 2 lengths 0,1000",
                "1/2 gather 000A07010B07 exchange 02021212 broadcast 2A00 sums True 2 lengths ",
            ],
            job.Lines.Order(StringComparer.Ordinal));
    }

    [MpichFact]
    public void Work_is_handed_out_to_all()
    {
        var job = MpiJob.RunByMpich(3, MpiJob.Probe, "hand-out", "12");
        Assert.Equal(0, job.ExitCode);
        Assert.Equal((13, "told 12 by 3"), (job.Lines.Length, job.Lines[^1]));
    }

    [MpichFact]
    public void An_exception_ends_all()
    {
        var job = MpiJob.RunByMpich(3, MpiJob.Probe, "throw");
        Assert.Equal(1, job.ExitCode);
        Assert.Contains("Process 2 of 3 failed: System.InvalidTimeZoneException: the last word", job.Error);
    }

    [MpichFact]
    public void A_null_reference_is_an_exception_as_ever()
    {
        var job = MpiJob.RunByMpich(2, MpiJob.Probe, "catch-null");
        Assert.Equal(0, job.ExitCode);
        Assert.Contains("caught 2", job.Out);
    }

    [MpichFact]
    public void Images_are_learned_to_the_bits_of_one_process()
    {
        using TemporaryFolder folder = Training.WithData();
        string[] command = Training.Command(folder, "--epochs", "1");
        string alone = folder.File("alone.safetensors"), shared = folder.File("shared.safetensors");
        Assert.Equal(0, MpiJob.Alone(MpiJob.Tool, [.. command, "--micro-batches", "4", "--save", alone]).ExitCode);
        Assert.Equal(0, MpiJob.RunByMpich(2, MpiJob.Tool, [.. command, "--save", shared]).ExitCode);
        Assert.Equal(Training.Bits(alone), Training.Bits(shared));
    }
}
