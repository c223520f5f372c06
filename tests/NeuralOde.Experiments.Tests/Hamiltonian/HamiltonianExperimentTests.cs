using NeuralOde.Experiments.Hamiltonian;
using NeuralOde.Settings;
using NeuralOde.Tensors;

namespace NeuralOde.Experiments.Tests.Hamiltonian;

public class HamiltonianExperimentTests
{
    public static TheoryData<string> Systems => [.. ConservativeSystem.All.Select(static x => x.Name)];

    [Theory]
    [MemberData(nameof(Systems))]
    public void The_field_is_the_rotated_gradient_of_the_energy_which_trajectories_keep(string name)
    {
        ConservativeSystem system = ConservativeSystem.All.First(x => x.Name == name);
        double[] state = system.DrawTest(new RandomSource(3));
        state[0] += 0.1;
        double[] slope = new double[system.Length], gradient = FiniteDifference.Gradient(system.Energy, state);
        system.Field(0, state, slope);
        int half = system.Length / 2;
        FiniteDifference.AssertClose([.. gradient[half..], .. gradient[..half].Select(static x => -x)], slope);
        double[] path = system.Trajectory(state, system.TestTimes);
        Assert.All(path.Chunk(system.Length), x => Assert.Equal(system.Energy(state), system.Energy(x), 1e-8));
    }

    [Theory]
    [MemberData(nameof(Systems))]
    public void Data_are_those_of_the_published_protocol(string name)
    {
        ConservativeSystem system = ConservativeSystem.All.First(x => x.Name == name);
        (ObservedStates training, ObservedStates test) = ObservedStates.Draw(system, new RandomSource(1));
        (int expected, int rest) = name switch { "spring" => (750, 750), "pendulum" => (1125, 1125), _ => (40_000, 10_000) };
        Assert.Equal((expected, rest), (training.Count, test.Count));

        // The slopes are those of the states without noise; of the linear spring, they tell the noise exactly.
        if (name == "spring")
        {
            double[] noise = [.. training.States.Select((x, i) => x - (i % 2 == 0 ? -training.Slopes[i + 1] / 2 : training.Slopes[i - 1] / 2))];
            Assert.InRange(Math.Sqrt(noise.Average(static x => x * x)), 0.1 * (1 - (4 / Math.Sqrt(2 * noise.Length))), 0.1 * (1 + (4 / Math.Sqrt(2 * noise.Length))));
        }
    }

    [Fact]
    public void A_network_of_the_energy_keeps_it_better_than_one_of_the_derivative()
    {
        HamiltonianOptions options = HamiltonianOptions.Default(ConservativeSystem.Spring) with { Hidden = [32, 32], Iterations = 600, LearningRate = 0.01 };
        HamiltonianResult result = HamiltonianExperiment.Run(options);

        // The energies of the test's starts are about 0.7; a network that learned nothing is off by about as much.
        Assert.InRange(result.Hamiltonian.EnergyError.Mean, 0, 3e-3);
        Assert.True(result.Baseline.EnergyError.Mean > 3 * result.Hamiltonian.EnergyError.Mean, $"{result.Baseline.EnergyError.Mean} {result.Hamiltonian.EnergyError.Mean}");
        Assert.Equal(2 * options.TestCount, result.Hamiltonian.Paths.Count + result.Exact.Count);
    }

    [Fact]
    public void The_same_seed_gives_the_same_bits_and_another_one_others()
    {
        HamiltonianOptions few = HamiltonianOptions.Default(ConservativeSystem.Pendulum) with { Hidden = [8], Iterations = 5, TestCount = 2, BatchSize = 50 };
        Assert.Equal(HamiltonianExperiment.Run(few).Hamiltonian.Losses, HamiltonianExperiment.Run(few).Hamiltonian.Losses);
        Assert.NotEqual(HamiltonianExperiment.Run(few).Baseline.Losses, HamiltonianExperiment.Run(few with { Seed = 1 }).Baseline.Losses);
    }

    [Fact]
    public void Bad_settings_are_told() =>
        Assert.Throws<SettingException>(() => HamiltonianExperiment.Run(HamiltonianOptions.Default(ConservativeSystem.Spring) with { Iterations = 0 }));
}
