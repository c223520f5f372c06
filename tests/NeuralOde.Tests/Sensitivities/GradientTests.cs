using NeuralOde.Blocks;
using NeuralOde.Fields;
using NeuralOde.Layers;
using NeuralOde.Sensitivities;
using NeuralOde.Solvers;
using NeuralOde.Tensors;

namespace NeuralOde.Tests.Sensitivities;

public class GradientTests
{
    private static readonly StepSizeControl s_tight = new AdaptiveSteps { RelativeTolerance = 1e-10, AbsoluteTolerance = 1e-10 };

    public static TheoryData<string, bool, bool> AdaptiveCases()
    {
        var data = new TheoryData<string, bool, bool>();
        foreach (string solver in (string[])["bosh3", "dopri5", "tsit5"])
        {
            foreach (bool timeDependent in (bool[])[false, true])
            {
                data.Add(solver, timeDependent, false);
                data.Add(solver, timeDependent, true);
            }
        }

        return data;
    }

    public static TheoryData<string> FixedSolvers() =>
        [.. OdeSolver.Names.Where(name => OdeSolver.Parse(name) is { TakesFixedSteps: true, HasTranspose: true, NeedsPositions: false })];

    [Fact]
    public void Backward_solves_take_their_first_step_from_the_one_before_and_pay_for_no_estimate()
    {
        Mlp network = new(2, [5], 2, Activation.Tanh, new RandomSource(2), DType.Float64);
        var steps = new AdaptiveSteps { LimitsAtRest = false };
        Sensitivity<double> sensitivity = new BacksolveAdjoint { CheckInterval = 0 }.Create(new CompiledField<double>(network.AsField(), [3, 2]), new Dopri5(), steps);
        SolveMemory<double> memory = sensitivity.Rent();
        double[] z0 = new RandomSource(3).Normal([3, 2], dtype: DType.Float64).ToDoubles(), gradient = [.. Enumerable.Repeat(1.0, 5 * 6)];
        sensitivity.Forward(memory, z0, [0, 0.5, 1, 1.5, 2], forGradient: true).ThrowIfFailed();
        SolveStatistics cost = sensitivity.Backward(memory, gradient, new double[6], []);

        // Of four intervals each has the derivative at its start, and six stages a step.
        Assert.Equal(4 + (6 * (cost.AcceptedSteps + cost.RejectedSteps)), cost.Evaluations);
    }

    [Theory]
    [MemberData(nameof(AdaptiveCases))]
    public void With_adaptive_steps_direct_and_adjoint_gradients_equal_finite_differences(string name, bool timeDependent, bool backwardInTime)
    {
        // The gradients of a solve at 1e-10 are as exact as the solve; the bound of the issue is 1e-7.
        GradientProblem problem = Network(timeDependent, backwardInTime);
        var solver = OdeSolver.Parse(name);
        var reference = new Tsit5();
        double[] initial = problem.InitialDifferences(reference, s_tight);
        double[] times = problem.TimeDifferences(reference, s_tight);
        double[] parameters = problem.ParameterDifferences(reference, s_tight);
        foreach (GradientMethod method in (GradientMethod[])[GradientMethod.Direct, GradientMethod.BacksolveAdjoint])
        {
            (double[] Initial, double[] Times, double[] Parameters) gradient = problem.Gradient(solver, s_tight, method);
            Close.To(initial, gradient.Initial, 1e-7);
            Close.To(times, gradient.Times, 1e-7);
            Close.To(parameters, gradient.Parameters, 1e-7);
        }
    }

    [Theory]
    [MemberData(nameof(FixedSolvers))]
    public void With_fixed_steps_the_direct_gradient_is_that_of_the_discrete_map(string name)
    {
        // A number of steps an interval, not a length: the count must not change while a difference moves a time.
        GradientProblem problem = Network(timeDependent: true, backwardInTime: false);
        var solver = OdeSolver.Parse(name);
        var steps = FixedSteps.PerInterval(6);
        (double[] Initial, double[] Times, double[] Parameters) gradient = problem.Gradient(solver, steps, GradientMethod.Direct);
        Close.To(problem.InitialDifferences(solver, steps), gradient.Initial, 1e-9);
        Close.To(problem.TimeDifferences(solver, steps), gradient.Times, 1e-9);
        Close.To(problem.ParameterDifferences(solver, steps), gradient.Parameters, 1e-9);
    }

    [Fact]
    public void The_Euler_adjoint_differs_from_the_gradient_of_the_Euler_map_by_the_order_of_the_step()
    {
        // Why the direct gradient is the default: backsolve integrates the state anew, so its error is O(h) with Euler.
        GradientProblem problem = Network(timeDependent: false, backwardInTime: false);
        var euler = new Euler();
        double ErrorWith(int count)
        {
            double[] direct = problem.Gradient(euler, FixedSteps.PerInterval(count), GradientMethod.Direct).Parameters;
            double[] adjoint = problem.Gradient(euler, FixedSteps.PerInterval(count), GradientMethod.BacksolveAdjoint).Parameters;
            return Math.Sqrt(direct.Zip(adjoint, (x, y) => (x - y) * (x - y)).Sum());
        }

        double ratio = ErrorWith(20) / ErrorWith(40);
        Assert.InRange(ratio, 1.8, 2.2);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Gradients_of_a_linear_system_equal_the_closed_form(bool adjoint)
    {
        // L = Σᵢ wᵢ·exp(A tᵢ) z₀, so dL/dz₀ = Σᵢ exp(Aᵀ tᵢ) wᵢ, and dL/dA through the derivative of the matrix exponential
        // (the upper right block of exp([[A, E], [0, A]] t); Van Loan 1978).
        double[,] a = { { -0.3, -1.1 }, { 0.9, 0.1 } };
        double[] z0 = [0.7, -0.4];
        double[] times = [0, 0.8, 1.9, 3.1];
        double[][] weights = [[0.2, -0.1], [1, 0.5], [-0.6, 0.3], [0.4, 0.9]];
        var field = new LinearField(2, dtype: DType.Float64);
        field.Matrix.SetValues<double>([a[0, 0], a[0, 1], a[1, 0], a[1, 1]]);
        var problem = new GradientProblem(field, Tensor.From(z0, [1, 2]), times, Tensor.From([.. weights.SelectMany(x => x)], [4, 1, 2]));
        (double[] Initial, double[] Times, double[] Parameters) gradient = problem.Gradient(
            new Dopri5(), s_tight, adjoint ? GradientMethod.BacksolveAdjoint : GradientMethod.Direct);

        double[] initial = new double[2];
        double[] time = new double[4];
        double[] matrix = new double[4];
        for (int i = 0; i < times.Length; i++)
        {
            double[,] e = Exponential(a, times[i]);
            double[] z = [(e[0, 0] * z0[0]) + (e[0, 1] * z0[1]), (e[1, 0] * z0[0]) + (e[1, 1] * z0[1])];
            double[] f = [(a[0, 0] * z[0]) + (a[0, 1] * z[1]), (a[1, 0] * z[0]) + (a[1, 1] * z[1])];
            initial[0] += (e[0, 0] * weights[i][0]) + (e[1, 0] * weights[i][1]);
            initial[1] += (e[0, 1] * weights[i][0]) + (e[1, 1] * weights[i][1]);
            if (i > 0)
            {
                time[i] = (weights[i][0] * f[0]) + (weights[i][1] * f[1]);

                // Moving t₀ alone shortens every span.
                time[0] -= time[i];
            }

            for (int k = 0; k < 4; k++)
            {
                double[,] block = new double[4, 4];
                for (int r = 0; r < 2; r++)
                {
                    for (int c = 0; c < 2; c++)
                    {
                        block[r, c] = block[r + 2, c + 2] = a[r, c];
                    }
                }

                block[k / 2, 2 + (k % 2)] = 1;
                double[,] derivative = Exponential(block, times[i]);
                for (int r = 0; r < 2; r++)
                {
                    matrix[k] += weights[i][r] * ((derivative[r, 2] * z0[0]) + (derivative[r, 3] * z0[1]));
                }
            }
        }

        Close.To(initial, gradient.Initial, 1e-8);
        Close.To(time, gradient.Times, 1e-8);
        Close.To(matrix, gradient.Parameters, 1e-8);
    }

    [Fact]
    public void The_truncated_adjoint_is_exact_for_one_observation_and_biased_for_more()
    {
        GradientProblem one = Network(timeDependent: false, backwardInTime: false, times: [0, 1.2]);
        Close.To(
            one.Gradient(new Dopri5(), s_tight, GradientMethod.BacksolveAdjoint).Parameters,
            one.Gradient(new Dopri5(), s_tight, GradientMethod.TruncatedAdjoint).Parameters,
            1e-12);

        GradientProblem many = Network(timeDependent: false, backwardInTime: false);
        double[] full = many.Gradient(new Dopri5(), s_tight, GradientMethod.BacksolveAdjoint).Parameters;
        double[] truncated = many.Gradient(new Dopri5(), s_tight, GradientMethod.TruncatedAdjoint).Parameters;
        double difference = Math.Sqrt(full.Zip(truncated, (x, y) => (x - y) * (x - y)).Sum() / full.Sum(x => x * x));
        Assert.True(difference > 0.05, $"The truncated gradient differs by {difference:G3} only: it would be no other method.");
    }

    [Fact]
    public void The_truncated_gradient_is_the_sum_of_each_intervals_own()
    {
        // Each interval sees the observation at its own end, from the state where the interval starts.
        double[] times = [0, 0.4, 1.1];
        LayerField field = Field(timeDependent: false);
        Tensor z0 = Normal(3, [2, 2]);
        Tensor weights = Normal(4, [3, 2, 2]);
        double[] whole = new GradientProblem(field, z0, times, weights).Gradient(new Dopri5(), s_tight, GradientMethod.TruncatedAdjoint).Parameters;
        Tensor middle = new OdeBlock(field) { Steps = s_tight }.Forward(z0, times[..2]).Select(0, 1).Detach();
        Tensor Last(int i) => Tensor.Concatenate([Tensor.Zeros([1, 2, 2], DType.Float64), weights.Slice(0, i, 1)]);
        double[] first = new GradientProblem(field, z0, times[..2], Last(1)).Gradient(new Dopri5(), s_tight, GradientMethod.BacksolveAdjoint).Parameters;
        double[] second = new GradientProblem(field, middle, times[1..], Last(2)).Gradient(new Dopri5(), s_tight, GradientMethod.BacksolveAdjoint).Parameters;
        Close.To([.. first.Zip(second, (x, y) => x + y)], whole, 1e-8);
    }

    [Fact]
    public void The_gradient_of_the_initial_time_equals_the_integral_of_the_fields_own_time_dependence()
    {
        // d(a·f)/dt = a·∂f/∂t along the pair (z, a): the boundary terms and the integral are two ways to the same number. For f = f(z)
        // the time gradients add up to zero, for moving all times together changes nothing.
        double[] autonomous = Network(timeDependent: false, backwardInTime: false).Gradient(new Dopri5(), s_tight, GradientMethod.BacksolveAdjoint).Times;
        Assert.Equal(0, autonomous.Sum(), 1e-8);
        double[] driven = Network(timeDependent: true, backwardInTime: false).Gradient(new Dopri5(), s_tight, GradientMethod.BacksolveAdjoint).Times;
        Assert.True(Math.Abs(driven.Sum()) > 1e-3);
    }

    [Fact]
    public void Single_precision_follows_the_same_code_to_single_precision()
    {
        double[] times = [0, 0.5, 1.3];
        double[][] results = new double[2][];
        foreach (DType dtype in (DType[])[DType.Float32, DType.Float64])
        {
            LayerField field = new Mlp(2, [8], 2, Activation.Elu, random: new RandomSource(5), dtype: DType.Float32).AsField();
            LayerField copy = new Mlp(2, [8], 2, Activation.Elu, dtype: dtype).AsField();
            foreach ((Parameter from, Parameter to) in field.Parameters.Zip(copy.Parameters))
            {
                if (dtype == DType.Float32)
                {
                    to.SetValues<float>(from.ToArray<float>());
                }
                else
                {
                    to.SetValues<double>(from.ToDoubles());
                }
            }

            var ode = new OdeBlock(copy) { Solver = new RungeKutta4(), Steps = FixedSteps.PerInterval(5) };
            Tensor z0 = dtype == DType.Float32 ? Tensor.From([0.3f, -0.6f], [1, 2]) : Tensor.From([(double)0.3f, (double)-0.6f], [1, 2]);
            ode.Forward(z0, times).Square().Sum().Backward();
            results[(int)dtype] = [.. copy.Parameters.SelectMany(x => x.Gradient!.ToDoubles())];
        }

        // Some hundred roundings of 6e-8 each.
        Close.To(results[1], results[0], 1e-5);
    }

    [Fact]
    public void Names_of_methods_and_initializers_are_read_in_any_case_and_others_refused()
    {
        Assert.True(GradientMethod.TryParse("Adjoint", out GradientMethod? method));
        Assert.Same(GradientMethod.BacksolveAdjoint, method);
        Assert.False(GradientMethod.TryParse(null, out _));
        Assert.Throws<ArgumentException>(() => GradientMethod.Parse("adjont"));
        Assert.True(Initializer.TryParse(Initializer.Zeros.Name.ToUpperInvariant(), out Initializer? zeros));
        Assert.Same(Initializer.Zeros, zeros);
        Assert.False(Initializer.TryParse("zeroes", out _));
    }

    private static GradientProblem Network(bool timeDependent, bool backwardInTime, double[]? times = null)
    {
        times ??= [0.1, 0.4, 0.9, 1.6];
        times = backwardInTime ? [.. times.Reverse()] : times;
        return new GradientProblem(Field(timeDependent), Normal(3, [3, 2]), times, Normal(4, [times.Length, 3, 2]));
    }

    private static LayerField Field(bool timeDependent) => new Mlp(timeDependent ? 3 : 2, [7], 2, Activation.Tanh, new RandomSource(2), DType.Float64)
        .AsField(timeDependent ? TimeInput.Concatenated : TimeInput.Ignored);

    private static Tensor Normal(int seed, Shape shape) => new RandomSource(seed).Normal(shape, dtype: DType.Float64);

    private static double[,] Exponential(double[,] matrix, double t)
    {
        // Scaling and squaring with a Taylor series: at norm 2⁻⁶ twelve terms leave 1e-32.
        int n = matrix.GetLength(0);
        double[,] result = new double[n, n];
        double[,] term = new double[n, n];
        for (int i = 0; i < n; i++)
        {
            result[i, i] = term[i, i] = 1;
        }

        const int Squarings = 10;
        for (int k = 1; k <= 12; k++)
        {
            term = Product(term, matrix, t / (1 << Squarings) / k);
            for (int i = 0; i < n; i++)
            {
                for (int j = 0; j < n; j++)
                {
                    result[i, j] += term[i, j];
                }
            }
        }

        for (int s = 0; s < Squarings; s++)
        {
            result = Product(result, result, 1);
        }

        return result;

        static double[,] Product(double[,] x, double[,] y, double factor)
        {
            int n = x.GetLength(0);
            double[,] z = new double[n, n];
            for (int i = 0; i < n; i++)
            {
                for (int j = 0; j < n; j++)
                {
                    for (int k = 0; k < n; k++)
                    {
                        z[i, j] += x[i, k] * y[k, j] * factor;
                    }
                }
            }

            return z;
        }
    }
}
