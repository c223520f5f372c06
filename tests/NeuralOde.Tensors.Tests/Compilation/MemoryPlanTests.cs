using FsCheck;
using FsCheck.Fluent;

namespace NeuralOde.Tensors.Tests.Compilation;

/// <summary>The places that a program's values get.</summary>
public class MemoryPlanTests
{
    [Fact]
    public void Places_in_use_never_overlap_and_start_on_a_granule()
    {
        // A positive step takes a place of that length, a negative one hands one back.
        Gen<int[]> steps = Gen.Choose(-60, 70).ArrayOf(80);
        Prop.ForAll(steps.ToArbitrary(), x => Holds(x, 8)).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void What_is_handed_back_is_joined_and_used_again()
    {
        var plan = new MemoryPlan(4);
        int[] places = [.. Enumerable.Range(0, 6).Select(_ => plan.Take(7))];
        foreach (int i in new[] { 4, 0, 2, 1, 5, 3 })
        {
            plan.Return(places[i], 7);
        }

        Assert.Equal(0, plan.Take(6 * 8));
        Assert.Equal(6 * 8, plan.Length);
    }

    [Fact]
    public void An_empty_value_has_a_place_of_its_own()
    {
        var plan = new MemoryPlan(8);
        Assert.NotEqual(plan.Take(0), plan.Take(0));
    }

    private static bool Holds(int[] steps, int granule)
    {
        var plan = new MemoryPlan(granule);
        List<(int Offset, int Length)> taken = [];
        foreach (int step in steps)
        {
            if (step >= 0)
            {
                int offset = plan.Take(step);
                if (offset % granule != 0 || offset + step > plan.Length || taken.Exists(x => offset < x.Offset + Math.Max(x.Length, 1) && x.Offset < offset + Math.Max(step, 1)))
                {
                    return false;
                }

                taken.Add((offset, step));
            }
            else if (taken.Count > 0)
            {
                (int offset, int length) = taken[-step % taken.Count];
                taken.RemoveAt(-step % taken.Count);
                plan.Return(offset, length);
            }
        }

        return true;
    }
}
