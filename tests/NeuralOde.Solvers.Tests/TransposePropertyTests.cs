using FsCheck;
using FsCheck.Fluent;

namespace NeuralOde.Solvers.Tests;

public class TransposePropertyTests
{
    private static readonly double[] s_times = [0, 0.3, 0.4, 1.1];

    public static TheoryData<string> All => SolverNames.Transposable;

    public static TheoryData<string> Adaptive => SolverNames.AdaptiveTransposable;

    // Entries in [−1, 1], so that solutions over unit time stay of order one.
    private static Arbitrary<double[]> Vectors(int length)
        => Gen.Choose(-1000, 1000).Select(i => i / 1000.0).ArrayOf(length).ToArbitrary();

    [Theory]
    [MemberData(nameof(All))]
    public void Transpose_of_fixed_steps_is_linear_in_the_gradients(string name) => Check_linearity(name, FixedSteps.OfLength(0.07));

    [Theory]
    [MemberData(nameof(Adaptive))]
    public void Transpose_of_adaptive_steps_is_linear_in_the_gradients(string name) => Check_linearity(name, new AdaptiveSteps { RelativeTolerance = 1e-4 });

    [Theory]
    [MemberData(nameof(All))]
    public void Transpose_of_a_linear_problem_equals_the_transposed_matrix_of_its_discrete_map(string name)
        => Prop.ForAll(Vectors(9), Vectors(12), (entries, gradients) =>
        {
            var field = new LinearField(
                new double[,] { { entries[0], entries[1], entries[2] }, { entries[3], entries[4], entries[5] }, { entries[6], entries[7], entries[8] } },
                dependsOnTime: true);
            var integrator = new Integrator<double>(OdeSolver.Parse(name), FixedSteps.OfLength(0.07), 3);
            double[] expected = new double[3];
            for (int column = 0; column < 3; column++)
            {
                double[] unit = new double[3];
                unit[column] = 1;
                expected[column] = Dot(gradients, Solve(integrator, field, unit, null));
            }

            var recording = new SolveRecording<double>();
            Solve(integrator, field, [0.3, -0.2, 0.5], recording);
            double[] actual = new double[3];
            integrator.Transpose(recording, field, gradients, actual, []);

            // Some twenty steps, each a few roundings of numbers of order ten at most.
            FiniteDifference.AssertClose(expected, actual, Rounding(integrator.Solver, isTight: true));
        }).QuickCheckThrowOnFailure();

    [Theory]
    [MemberData(nameof(All))]
    public void Shifting_all_times_of_an_autonomous_problem_changes_nothing_so_time_gradients_sum_to_zero(string name)
        => Prop.ForAll(Vectors(4), Vectors(8), (entries, gradients) =>
        {
            var field = new LinearField(new double[,] { { entries[0], entries[1] }, { entries[2], entries[3] } });
            var integrator = new Integrator<double>(OdeSolver.Parse(name), FixedSteps.OfLength(0.07), 2);
            var recording = new SolveRecording<double>();
            integrator.Solve(field, [0.5, -0.7], s_times, new double[8], recording).ThrowIfFailed();
            double[] times = new double[4];
            integrator.Transpose(recording, field, gradients, new double[2], times);
            Assert.Equal(0, times.Sum(), 1e-12);
        }).QuickCheckThrowOnFailure();

    /// <summary>Where a method differentiates differences, the rounding of products is divided by their increments, ε^(1/3), or ε^(1/2) where the tolerance is loose.</summary>
    private static double Rounding(OdeSolver solver, bool isTight) => solver is not Rosenbrock ? 1e-12 : isTight ? 1e-9 : 1e-7;

    private static void Check_linearity(string name, StepSizeControl control)
    {
        var field = new NonlinearField<double>();
        var integrator = new Integrator<double>(OdeSolver.Parse(name), control, 3);
        var recording = new SolveRecording<double>();
        Solve(integrator, field, [0.7, -0.4, 0.9], recording);
        double rounding = Rounding(integrator.Solver, isTight: control is FixedSteps);
        Prop.ForAll(Vectors(12), Vectors(12), Vectors(1), (first, second, factor) =>
        {
            double[] combined = [.. first.Zip(second, (x, y) => x + (factor[0] * y))];
            double[] expected = [.. Gradients(first).Zip(Gradients(second), (x, y) => x + (factor[0] * y))];
            FiniteDifference.AssertClose(expected, Gradients(combined), rounding);
        }).QuickCheckThrowOnFailure();

        double[] Gradients(double[] stateGradients)
        {
            double[] initial = new double[3];
            double[] times = new double[4];
            integrator.Transpose(recording, field, stateGradients, initial, times);
            return [.. initial, .. times];
        }
    }

    private static double[] Solve(Integrator<double> integrator, IVectorField<double> field, double[] z0, SolveRecording<double>? recording)
    {
        double[] states = new double[s_times.Length * 3];
        integrator.Solve(field, z0, s_times, states, recording).ThrowIfFailed();
        return states;
    }

    private static double Dot(double[] x, double[] y) => x.Zip(y, (a, b) => a * b).Sum();
}
