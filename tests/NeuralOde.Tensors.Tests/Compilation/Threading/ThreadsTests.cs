namespace NeuralOde.Tensors.Tests.Compilation.Threading;

/// <summary>How many threads a program may have, and how many its work is worth.</summary>
[Collection(nameof(ThreadsTests))]
[CollectionDefinition(nameof(ThreadsTests), DisableParallelization = true)]
public class ThreadsTests
{
    [Theory]
    [InlineData("1", 1)]
    [InlineData(" 3 ", 3)]
    [InlineData("64", 64)]
    public void The_environment_variable_is_a_number_of_threads(string value, int threads) => Assert.Equal(threads, ComputeSettings.ParseThreads(value));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    public void Without_the_environment_variable_all_processors_are_used(string? value) => Assert.Equal(Environment.ProcessorCount, ComputeSettings.ParseThreads(value));

    [Theory]
    [InlineData("0")]
    [InlineData("-2")]
    [InlineData("1.5")]
    [InlineData("two")]
    [InlineData("99999999999")]
    public void Another_value_is_refused_with_the_name_of_the_variable(string value)
    {
        string message = Assert.Throws<InvalidOperationException>(() => ComputeSettings.ParseThreads(value)).Message;
        Assert.Contains(ComputeSettings.ThreadsVariable, message, StringComparison.Ordinal);
        Assert.Contains($"'{value}'", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Fewer_threads_than_one_are_refused(int threads) => Assert.Throws<ArgumentOutOfRangeException>(() => ComputeSettings.Process.MaxThreads = threads);

    [Fact]
    public void A_large_eager_operation_has_the_same_bits_on_any_number_of_threads()
    {
        int maximum = ComputeSettings.Process.MaxThreads;
        try
        {
            // About 0.6 ms by the cost model: enough for two threads and for three.
            var random = new Random(8);
            Tensor x = Values.Random<float>(random, [32, 6, 6, 64]), w = Values.Random<float>(random, [3, 3, 64, 64]);
            ComputeSettings.Process.MaxThreads = 1;
            float[] expected = x.Convolution2d(w, 1, 1).AsSpan<float>().ToArray();
            for (int threads = 2; threads <= 3; threads++)
            {
                ComputeSettings.Process.MaxThreads = threads;
                Assert.True(expected.AsSpan().SequenceEqual(x.Convolution2d(w, 1, 1).AsSpan<float>()));
            }
        }
        finally
        {
            ComputeSettings.Process.MaxThreads = maximum;
        }
    }

    [Fact]
    public void With_a_maximum_of_one_nothing_is_shared()
    {
        int maximum = ComputeSettings.Process.MaxThreads;
        try
        {
            int calls = 0;
            var body = new DividedBody([new Step((_, _) => calls++)], 1);
            ComputeSettings.Process.MaxThreads = 1;
            Assert.Equal(1, ComputeSettings.Process.MaxThreads);
            Assert.False(body.TryRun());
            Assert.Equal(0, calls);
            ComputeSettings.Process.MaxThreads = 3;
            Assert.True(body.TryRun());
            Assert.Equal(3, calls);
        }
        finally
        {
            ComputeSettings.Process.MaxThreads = maximum;
        }
    }

    [Fact]
    public void A_program_that_runs_within_another_one_runs_alone()
    {
        int maximum = ComputeSettings.Process.MaxThreads;
        try
        {
            ComputeSettings.Process.MaxThreads = 2;
            bool? inner = null;
            var within = new DividedBody([new Step((_, _) => { })], 1);
            var outer = new DividedBody([new Step((first, _) => inner = first == 0 ? within.TryRun() : inner)], 1);
            Assert.True(outer.TryRun());
            Assert.False(inner);
        }
        finally
        {
            ComputeSettings.Process.MaxThreads = maximum;
        }
    }

    [Theory]
    [InlineData(16, 20, false)]
    [InlineData(128, 512, true)]
    public void Small_networks_stay_on_one_thread_and_large_ones_do_not(int width, int batch, bool shared)
    {
        Program<float> program = DivisionTests.CompileNetwork<float>(batch, width, width);
        Assert.Equal(shared, DividedBody.Create(program.Body) is not null);
    }
}
