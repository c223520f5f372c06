using NeuralOde.Tensors.Kernels;

namespace NeuralOde.Tensors.Tests.Compilation.Threading;

/// <summary>The helpers run every share once, carry exceptions back, allocate nothing, and belong to one program at a time.</summary>
public class WorkerPoolTests
{
    [Theory]
    [InlineData(2, 2)]
    [InlineData(2, 7)]
    [InlineData(3, 3)]
    [InlineData(4, 64)]
    public void Every_unit_is_run_exactly_once(int threads, int shares)
    {
        const int Units = 100;
        var pool = new WorkerPool();
        int[] counts = new int[Units];
        var instruction = new Step((first, count) =>
        {
            for (int i = first; i < first + count; i++)
            {
                Interlocked.Increment(ref counts[i]);
            }
        });
        Assert.True(pool.TryEnter(threads));
        for (int run = 1; run <= 2000; run++)
        {
            pool.Run(instruction, Units, shares);
            Assert.All(counts, x => Assert.Equal(run, x));
        }

        pool.Exit();
    }

    [Fact]
    public void A_helper_that_sleeps_is_woken()
    {
        var pool = new WorkerPool();
        using var meeting = new Barrier(2);
        var instruction = new Step((_, _) => Assert.True(meeting.SignalAndWait(TimeSpan.FromSeconds(30))));
        for (int run = 0; run < 20; run++)
        {
            Assert.True(pool.TryEnter(2));
            pool.Run(instruction, 2, 2);
            pool.Exit();
            Thread.Sleep(run % 4);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void An_exception_of_a_share_is_thrown_to_the_caller_after_the_other_share_has_ended(int failing)
    {
        var pool = new WorkerPool();
        int running = 0;
        using var meeting = new Barrier(2);
        var instruction = new Step((first, _) =>
        {
            Interlocked.Increment(ref running);
            meeting.SignalAndWait();
            if (first == failing)
            {
                Interlocked.Decrement(ref running);
                throw new InvalidOperationException("The share fails.");
            }

            Thread.Sleep(5);
            Interlocked.Decrement(ref running);
        });
        Assert.True(pool.TryEnter(2));
        for (int run = 0; run < 3; run++)
        {
            Assert.Equal("The share fails.", Assert.Throws<InvalidOperationException>(() => pool.Run(instruction, 2, 2)).Message);
            Assert.Equal(0, running);
        }

        int units = 0;
        pool.Run(new Step((_, count) => Interlocked.Add(ref units, count)), 10, 2);
        Assert.Equal(10, units);
        pool.Exit();
    }

    [Fact]
    public void A_program_that_fails_gives_the_helpers_back()
    {
        var failing = new DividedBody([new Step((_, _) => throw new InvalidOperationException("The share fails."))], 1);
        int units = 0;
        var working = new DividedBody([new Step((_, count) => Interlocked.Add(ref units, count))], 1);
        Assert.Throws<InvalidOperationException>(() => SharedPool.Run(failing, 2));
        SharedPool.Run(working, 2);
        Assert.Equal(Step.Units, units);
    }

    [Fact]
    public void The_helpers_belong_to_one_at_a_time_even_on_one_thread()
    {
        var pool = new WorkerPool();
        Assert.True(pool.TryEnter(2));
        Assert.False(pool.TryEnter(2));
        pool.Exit();
        Assert.True(pool.TryEnter(3));
        pool.Exit();
    }

    [Fact]
    public void Neither_the_caller_nor_a_helper_allocates_whether_it_spins_or_sleeps()
    {
        var pool = new WorkerPool();
        int caller = Environment.CurrentManagedThreadId;
        int helped = 0;
        long helperBefore = -1;
        long helperAfter = 0;

        // The caller's share ends when the helper's has begun, so the helper takes part in every run.
        var instruction = new Step((_, _) =>
        {
            if (Environment.CurrentManagedThreadId == caller)
            {
                while (Volatile.Read(ref helped) == 0)
                {
                    Thread.Yield();
                }
            }
            else
            {
                helperAfter = GC.GetAllocatedBytesForCurrentThread();
                helperBefore = helperBefore < 0 ? helperAfter : helperBefore;
                Volatile.Write(ref helped, 1);
            }
        });
        long helper = long.MaxValue;
        Assert.Equal(0, Allocation.InSteadyState(() =>
        {
            helperBefore = -1;
            Run(200);
            Assert.True(helperBefore >= 0);
            helper = Math.Min(helper, helperAfter - helperBefore);
        }));
        Assert.Equal(0, helper);

        void Run(int runs)
        {
            for (int run = 0; run < runs; run++)
            {
                helped = 0;
                Assert.True(pool.TryEnter(2));
                pool.Run(instruction, 2, 2);
                pool.Exit();
                if (run % 10 == 0)
                {
                    Thread.Sleep(1);
                }
            }
        }
    }
}

/// <summary>An instruction that runs code of a test.</summary>
internal sealed class Step(Action<int, int> run) : Instruction
{
    public const int Units = 64;

    public override Division Division => new(Units, 1, 1e6);

    public override bool Follow(in MemoryMove move) => false;

    public override void Run() => run(0, Units);

    public override void Run(int first, int count) => run(first, count);
}

/// <summary>The pool that all tests of this process share: whoever finds it taken tries again.</summary>
internal static class SharedPool
{
    public static void Run(DividedBody body, int threads)
    {
        while (!body.TryRun(threads))
        {
            Thread.Yield();
        }
    }
}
