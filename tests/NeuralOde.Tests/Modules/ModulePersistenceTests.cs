using NeuralOde.Layers;
using NeuralOde.Modules;
using NeuralOde.Persistence;
using NeuralOde.Tensors;

namespace NeuralOde.Tests.Modules;

public class ModulePersistenceTests
{
    [Fact]
    public void Saving_and_loading_restores_every_parameter_in_both_types()
    {
        foreach (DType type in new[] { DType.Float32, DType.Float64 })
        {
            using var folder = new TemporaryFolder();
            Mlp saved = Create(1, type);
            saved.Save(folder.File("m.safetensors"));
            Mlp loaded = Create(2, type);
            Assert.Empty(loaded.Load(folder.File("m.safetensors")));
            Assert.All(saved.Parameters.Zip(loaded.Parameters), x => Assert.Equal(x.First.ToDoubles(), x.Second.ToDoubles()));
        }
    }

    [Fact]
    public void A_file_with_another_shape_is_refused_and_nothing_changes()
    {
        using var folder = new TemporaryFolder();
        new Mlp(2, [4], 3).Save(folder.File("m.safetensors"));
        Mlp model = Create(1);
        double[][] before = Values(model);
        SafeTensorsException e = Assert.Throws<SafeTensorsException>(() => model.Load(folder.File("m.safetensors")));
        Assert.Contains("[3, 4]", e.Message);
        Assert.Contains("[2, 4]", e.Message);
        Assert.Equal(before, Values(model));
    }

    [Fact]
    public void A_file_that_lacks_a_parameter_or_has_one_too_many_is_refused_and_nothing_changes()
    {
        using var folder = new TemporaryFolder();
        Mlp model = Create(1);
        double[][] before = Values(model);
        new Mlp(2, [], 2).Save(folder.File("small.safetensors"));
        new Mlp(2, [4, 4], 2).Save(folder.File("large.safetensors"));
        Assert.Contains("layer0.weight", Assert.Throws<SafeTensorsException>(() => model.Load(folder.File("small.safetensors"))).Message);
        Assert.Contains("layer2", Assert.Throws<SafeTensorsException>(() => model.Load(folder.File("large.safetensors"))).Message);
        Assert.Equal(before, Values(model));
    }

    [Fact]
    public void A_wider_type_is_refused_and_a_narrower_one_widened()
    {
        using var folder = new TemporaryFolder();
        Create(1, DType.Float64).Save(folder.File("double.safetensors"));
        Create(1).Save(folder.File("single.safetensors"));
        Assert.Throws<SafeTensorsException>(() => Create(2).Load(folder.File("double.safetensors")));
        Mlp wide = Create(2, DType.Float64);
        wide.Load(folder.File("single.safetensors"));
        Assert.Equal(Values(Create(1)), Values(wide));
    }

    private static Mlp Create(long seed, DType type = DType.Float32) => new(2, [4], 2, random: new RandomSource(seed), dtype: type);

    private static double[][] Values(Module module) => [.. module.Parameters.Select(x => x.ToDoubles())];
}
