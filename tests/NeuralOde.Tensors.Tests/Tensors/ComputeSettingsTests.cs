using NeuralOde.Tensors.Tests.Compilation.Threading;

namespace NeuralOde.Tensors.Tests;

/// <summary>Settings of the process, and those that override them for a part of a program.</summary>
[Collection(nameof(ThreadsTests))]
public class ComputeSettingsTests
{
    [Fact]
    public void Settings_in_use_hold_until_they_are_disposed_and_nest()
    {
        int threads = ComputeSettings.Process.MaxThreads;
        var outer = new ComputeSettings { MaxThreads = threads + 1 };
        var inner = new ComputeSettings { MaxThreads = threads + 2 };
        Assert.Same(ComputeSettings.Process, ComputeSettings.Current);
        using (outer.Use())
        {
            Assert.Equal(threads + 1, ComputeSettings.Current.MaxThreads);
            using (inner.Use())
            {
                Assert.Same(inner, ComputeSettings.Current);
            }

            Assert.Same(outer, ComputeSettings.Current);
        }

        Assert.Same(ComputeSettings.Process, ComputeSettings.Current);
        Assert.Equal(threads, ComputeSettings.Process.MaxThreads);
    }

    [Fact]
    public async Task Settings_hold_in_asynchronous_work_that_starts_under_them_and_nowhere_else()
    {
        var own = new ComputeSettings { Random = new RandomSource(3) };
        using var entered = new SemaphoreSlim(0);
        Task<RandomSource> elsewhere = Task.Run(async () =>
        {
            await entered.WaitAsync();
            return RandomSource.Default;
        });
        using (own.Use())
        {
            entered.Release();
            Assert.Same(own.Random, await Task.Run(() => RandomSource.Default));
        }

        Assert.Same(ComputeSettings.Process.Random, await elsewhere);
    }

    [Fact]
    public void What_is_not_set_is_as_in_the_process()
    {
        var own = new ComputeSettings();
        Assert.Equal(ComputeSettings.Process.MaxThreads, own.MaxThreads);
        Assert.Equal(ComputeSettings.Process.MaxCachedPrograms, own.MaxCachedPrograms);
        Assert.Same(ComputeSettings.Process.Random, own.Random);
    }

    [Fact]
    public void A_seeded_source_gives_the_same_first_values_again()
    {
        Assert.Equal(Draw(7), Draw(7));
        Assert.NotEqual(Draw(7), Draw(8));

        static double[] Draw(long seed)
        {
            using (new ComputeSettings { Random = new RandomSource(seed) }.Use())
            {
                return RandomSource.Default.Normal([5]).ToDoubles();
            }
        }
    }

    [Fact]
    public void Values_that_cannot_be_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ComputeSettings { MaxThreads = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ComputeSettings { MaxCachedPrograms = 0 });
        Assert.Throws<ArgumentNullException>(() => new ComputeSettings { Random = null! });
    }

    [Fact]
    public void The_method_of_convolutions_is_the_environment_s_or_a_setting_s()
    {
        Assert.Equal(ConvolutionMethod.Automatic, ComputeSettings.ParseConvolution(null));
        Assert.Equal(ConvolutionMethod.Automatic, ComputeSettings.ParseConvolution(" Automatic "));
        Assert.Equal(ConvolutionMethod.Direct, ComputeSettings.ParseConvolution("direct"));
        Assert.Contains("'fast'", Assert.Throws<InvalidOperationException>(() => ComputeSettings.ParseConvolution("fast")).Message, StringComparison.Ordinal);
        using (new ComputeSettings { Convolution = ConvolutionMethod.Direct }.Use())
        {
            Assert.Equal(ConvolutionMethod.Direct, ComputeSettings.Current.Convolution);
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => new ComputeSettings { Convolution = (ConvolutionMethod)7 });
    }
}
