using NeuralOde.Tensors.Tests.Compilation.Threading;

namespace NeuralOde.Tensors.Tests.Compilation;

[Collection(nameof(ThreadsTests))]
public class ProgramCacheTests
{
    [Fact]
    public void What_was_not_used_for_the_longest_time_is_let_go_first()
    {
        using IDisposable scope = new ComputeSettings { MaxCachedPrograms = 3 }.Use();
        var cache = new ProgramCache<int, string>();
        cache.Add(1, "a");
        cache.Add(2, "b");
        cache.Add(3, "c");
        Assert.True(cache.TryGet(1, out string value));
        Assert.Equal("a", value);
        cache.Add(4, "d");
        Assert.False(cache.TryGet(2, out _));
        cache.Add(5, "e");
        Assert.False(cache.TryGet(3, out _));
        Assert.All([1, 4, 5], key => Assert.True(cache.TryGet(key, out _)));
        Assert.Equal(3, cache.Count);
    }

    [Fact]
    public void A_value_in_place_of_another_takes_no_further_room()
    {
        using IDisposable scope = new ComputeSettings { MaxCachedPrograms = 2 }.Use();
        var cache = new ProgramCache<int, string>();
        cache.Add(1, "a");
        cache.Add(2, "b");
        cache.Add(1, "c");
        Assert.Equal(2, cache.Count);
        Assert.True(cache.TryGet(1, out string value));
        Assert.Equal("c", value);
        Assert.True(cache.TryGet(2, out _));
    }
}
