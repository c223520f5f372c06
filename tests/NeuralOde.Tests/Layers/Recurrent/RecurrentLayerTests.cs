using NeuralOde.Layers.Recurrent;
using NeuralOde.Tensors;

namespace NeuralOde.Tests.Layers.Recurrent;

public class RecurrentLayerTests
{
    private const int Time = 5;
    private const int Batch = 3;
    private const int Inputs = 2;
    private const int Hidden = 5;

    public static TheoryData<string, bool, bool> Cases()
    {
        var data = new TheoryData<string, bool, bool>();
        foreach (string kind in (string[])["gru", "lstm"])
        {
            foreach (bool reverse in (bool[])[false, true])
            {
                data.Add(kind, reverse, false);
                data.Add(kind, reverse, true);
            }
        }

        return data;
    }

    [Fact]
    public void A_GRU_cell_follows_PyTorchs_formulas_and_order_of_gates()
    {
        var cell = new GruCell(1, 1, dtype: DType.Float64);
        cell.InputWeight.SetValues<double>([0.1, -0.4, 0.7]);
        cell.HiddenWeight.SetValues<double>([0.5, 0.3, -0.6]);
        cell.InputBias.SetValues<double>([0.01, 0.02, 0.03]);
        cell.HiddenBias.SetValues<double>([-0.2, 0.15, 0.4]);
        (double x, double h) = (1.3, -0.8);
        double r = Sigmoid((0.1 * x) + 0.01 + (0.5 * h) - 0.2);
        double z = Sigmoid((-0.4 * x) + 0.02 + (0.3 * h) + 0.15);
        double n = Math.Tanh((0.7 * x) + 0.03 + (r * ((-0.6 * h) + 0.4)));
        Assert.Equal(((1 - z) * n) + (z * h), cell.Forward(One(x), One(h)).ToScalar(), 1e-14);
    }

    [Fact]
    public void An_LSTM_cell_follows_PyTorchs_formulas_and_order_of_gates()
    {
        var cell = new LstmCell(1, 1, dtype: DType.Float64);
        cell.InputWeight.SetValues<double>([0.1, -0.4, 0.7, 0.9]);
        cell.HiddenWeight.SetValues<double>([0.5, 0.3, -0.6, -0.1]);
        cell.InputBias.SetValues<double>([0.01, 0.02, 0.03, 0.04]);
        cell.HiddenBias.SetValues<double>([-0.2, 0.15, 0.4, 0.3]);
        (double x, double h, double c) = (1.3, -0.8, 0.6);
        double i = Sigmoid((0.1 * x) + 0.01 + (0.5 * h) - 0.2);
        double f = Sigmoid((-0.4 * x) + 0.02 + (0.3 * h) + 0.15);
        double g = Math.Tanh((0.7 * x) + 0.03 + (-0.6 * h) + 0.4);
        double o = Sigmoid((0.9 * x) + 0.04 + (-0.1 * h) + 0.3);
        (Tensor state, Tensor next) = cell.Forward(One(x), One(h), One(c));
        Assert.Equal((f * c) + (i * g), next.ToScalar(), 1e-14);
        Assert.Equal(o * Math.Tanh((f * c) + (i * g)), state.ToScalar(), 1e-14);
    }

    [Fact]
    public void First_values_are_uniform_within_one_over_the_root_of_the_units()
    {
        var layer = new Gru(3, 100, random: new RandomSource(1));
        Assert.Equal(["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"], layer.NamedParameters().Select(x => x.Name));
        Assert.Equal([300, 3], layer.Parameters[0].Shape.Lengths.ToArray());
        double[] values = [.. layer.Parameters.SelectMany(x => x.ToDoubles())];
        Assert.All(values, x => Assert.InRange(x, -0.1, 0.1));

        // 31,500 uniform draws: the mean square is a third of the bound's, within five of its deviations.
        Assert.Equal(0.01 / 3, values.Average(x => x * x), 5 * 0.01 * 0.3 / Math.Sqrt(values.Length));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_sequence_and_its_gradients_equal_the_cells_steps_one_by_one(string kind, bool reverse, bool masked)
    {
        Problem problem = new(kind, reverse, masked);
        foreach (bool final in (bool[])[false, true])
        {
            // Of some dozens of operations on numbers of order one.
            Assert.Equal(problem.Loss(final, unrolled: true).ToScalar(), problem.Loss(final, unrolled: false).ToScalar(), 1e-13);
            double[][] unrolled = LossGradient.Taken(() => problem.Loss(final, true), problem.Parameters);
            double[][] fused = LossGradient.Taken(() => problem.Loss(final, false), problem.Parameters);
            foreach ((double[] expected, double[] actual) in unrolled.Zip(fused))
            {
                Close.To(expected, actual, 1e-12);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gradients_equal_finite_differences(string kind, bool reverse, bool masked)
    {
        Problem problem = new(kind, reverse, masked);
        LossGradient.EqualsFiniteDifferences(() => problem.Loss(final: false, unrolled: false), problem.Parameters);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_compiled_function_unrolls_the_sequence_to_the_same_values_and_gradients(string kind, bool reverse, bool masked)
    {
        Problem problem = new(kind, reverse, masked);
        double[][] taped = LossGradient.Taken(() => problem.Loss(false, false), problem.Parameters);
        var program = Program<double>.Compile(
            x =>
            {
                Tensor loss = problem.Loss(x[0], false);
                return [loss, .. Gradients.Of(loss, [x[0], .. problem.Parameters.Skip(1)])];
            },
            new ProgramInput("x", problem.X.Shape));
        problem.X.AsSpan<double>().CopyTo(program.Input(0));
        program.Run();
        Assert.Equal(problem.Loss(false, false).ToScalar(), program.Output(0)[0], 1e-13);
        for (int i = 0; i < taped.Length; i++)
        {
            Close.To(taped[i], program.Output(i + 1).ToArray(), 1e-12);
        }
    }

    [Theory]
    [InlineData("gru", false)]
    [InlineData("gru", true)]
    [InlineData("lstm", false)]
    [InlineData("lstm", true)]
    public void In_a_batch_of_unequal_lengths_each_sequence_gives_what_it_gives_alone(string kind, bool reverse)
    {
        int[] lengths = [5, 2, 4];
        Tensor x = Normal(1, [Time, Batch, Inputs]);
        Tensor mask = RecurrentLayer.MaskOf(lengths, Time, DType.Float64);
        var padded = Tensor.Where(mask.Unsqueeze(2), x, Tensor.Scalar(double.NaN, DType.Float64));
        Func<Tensor, Tensor?, Tensor> final = Final(kind, reverse);
        double[] together = final(padded, mask).ToDoubles();
        for (int i = 0; i < Batch; i++)
        {
            double[] alone = final(x.Slice(1, i, 1).Slice(0, 0, lengths[i]), null).ToDoubles();
            Close.To(alone, together[(i * Hidden)..((i + 1) * Hidden)], 1e-14);
        }
    }

    [Fact]
    public void Missing_steps_may_hold_NaN_and_leave_gradients_finite()
    {
        var layer = new Gru(Inputs, Hidden, random: new RandomSource(2), dtype: DType.Float64);
        Tensor mask = RecurrentLayer.MaskOf([2, 5, 0], Time, DType.Float64);
        Tensor x = Tensor.Where(mask.Unsqueeze(2), Normal(1, [Time, Batch, Inputs]), Tensor.Scalar(double.NaN, DType.Float64)).WithGradient();
        layer.Forward(x, mask: mask).Square().Sum().Backward();
        Assert.All(layer.Parameters.Append<Tensor>(x).SelectMany(p => p.Gradient!.ToDoubles()), g => Assert.True(double.IsFinite(g)));
    }

    [Theory]
    [InlineData("gru")]
    [InlineData("lstm")]
    public void Single_precision_follows_the_same_code_to_single_precision(string kind)
    {
        // Units beyond one vector with a rest, steps beyond one chunk of the input's product.
        Tensor x = new RandomSource(3).Normal([40, 30, 7]);
        double[] single = Final(kind, false, 7, 67, DType.Float32)(x, null).ToDoubles();
        double[] exact = Final(kind, false, 7, 67, DType.Float64, singleValues: true)(x.ToDouble(), null).ToDoubles();

        // 40 steps of sums of 75 products, each 6e-8 of values up to one: some 1e-6.
        Close.To(exact, single, 1e-5);
    }

    [Fact]
    public void Within_a_scope_a_pass_allocates_no_memory_for_values()
    {
        var layer = new Gru(3, 64, reverse: true, random: new RandomSource(1));
        Tensor x = new RandomSource(2).Normal([50, 20, 3]);
        long bytes = Allocation.InSteadyState(() =>
        {
            using var scope = TensorScope.Begin();
            layer.Forward(x).Mean().Backward();
        });

        // Tensor objects, closures and lists; the states alone are 256,000 bytes.
        Assert.InRange(bytes, 0, 16_000);
    }

    [Fact]
    public void Wrong_shapes_are_refused_with_what_would_fit()
    {
        var layer = new Gru(3, 4);
        Assert.Contains("[time, batch, 3]", Assert.Throws<ArgumentException>(() => layer.Forward(Tensor.Zeros([5, 2, 2]))).Message, StringComparison.Ordinal);
        Assert.Contains("[5, 2]", Assert.Throws<ArgumentException>(() => layer.Forward(Tensor.Zeros([5, 2, 3]), mask: Tensor.Ones([2, 5]))).Message, StringComparison.Ordinal);
        Assert.Contains("[2, 4]", Assert.Throws<ArgumentException>(() => layer.Forward(Tensor.Zeros([5, 2, 3]), Tensor.Zeros([2, 3]))).Message, StringComparison.Ordinal);
        Assert.Contains("ToSingle", Assert.Throws<ArgumentException>(() => layer.Forward(Tensor.Zeros([5, 2, 3], DType.Float64))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => RecurrentLayer.MaskOf([3], 2));
    }

    [Fact]
    public void A_gradient_is_taken_once_and_several_sequences_can_wait_for_theirs()
    {
        var layer = new Gru(Inputs, Hidden, random: new RandomSource(2), dtype: DType.Float64);
        Tensor a = Normal(1, [Time, Batch, Inputs]);
        Tensor b = Normal(2, [Time, Batch, Inputs]);
        double[] apart =
        [
            .. LossGradient.Taken(() => layer.Forward(a).Sum(), [layer.Cell.HiddenWeight])[0].Zip(
                LossGradient.Taken(() => layer.Forward(b).Sum(), [layer.Cell.HiddenWeight])[0], (p, q) => p + q)
        ];
        Tensor together = layer.Forward(a).Sum() + layer.Forward(b).Sum();
        layer.Parameters.ClearGradients();
        together.Backward();
        Close.To(apart, layer.Cell.HiddenWeight.Gradient!.ToDoubles(), 1e-13);
        Assert.Throws<InvalidOperationException>(together.Backward);
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static Tensor One(double x) => Tensor.From([x], [1, 1]);

    private static Tensor Normal(int seed, Shape shape) => new RandomSource(seed).Normal(shape, dtype: DType.Float64);

    private static Func<Tensor, Tensor?, Tensor> Final(string kind, bool reverse, int inputs = Inputs, int hidden = Hidden, DType dtype = DType.Float64, bool singleValues = false)
    {
        RecurrentLayer Make(DType type) => kind == "gru"
            ? new Gru(inputs, hidden, reverse, new RandomSource(7), type)
            : new Lstm(inputs, hidden, reverse, new RandomSource(7), type);
        RecurrentLayer layer = Make(dtype);
        if (singleValues)
        {
            // The two element types draw different numbers.
            foreach ((Parameter from, Parameter to) in Make(DType.Float32).Parameters.Zip(layer.Parameters))
            {
                to.SetValues<double>(from.ToDoubles());
            }
        }

        if (layer is Gru gru)
        {
            return (x, mask) => gru.Final(x, mask: mask);
        }

        var lstm = (Lstm)layer;
        return (x, mask) => lstm.Final(x, mask: mask).State;
    }

    /// <summary>A weighted sum of states (and cells), as a function of the input, the initial state and the parameters.</summary>
    private sealed class Problem
    {
        private readonly Gru? _gru;
        private readonly Lstm? _lstm;
        private readonly bool _reverse;
        private readonly Tensor? _mask;
        private readonly Parameter _state = new(Normal(12, [Batch, Hidden]), "h0");
        private readonly Parameter _cell = new(Normal(13, [Batch, Hidden]), "c0");
        private readonly Tensor _weights = Normal(14, [Time, Batch, Hidden]);
        private readonly Tensor _cellWeights = Normal(15, [Batch, Hidden]);

        public Problem(string kind, bool reverse, bool masked)
        {
            _reverse = reverse;
            _mask = masked ? Tensor.From([1.0, 1, 0, 1, 0, 0, 0, 1, 0, 1, 1, 0, 1, 0, 0], [Time, Batch]) : null;
            X = new Parameter(Normal(11, [Time, Batch, Inputs]), "x");
            if (kind == "gru")
            {
                _gru = new Gru(Inputs, Hidden, reverse, new RandomSource(16), DType.Float64);
                Parameters = [X, _state, .. _gru.Parameters];
            }
            else
            {
                _lstm = new Lstm(Inputs, Hidden, reverse, new RandomSource(16), DType.Float64);
                Parameters = [X, _state, _cell, .. _lstm.Parameters];
            }
        }

        public Parameter X { get; }

        public Parameter[] Parameters { get; }

        public Tensor Loss(bool final, bool unrolled) => unrolled ? Unrolled(final) : Loss(X, final);

        public Tensor Loss(Tensor x, bool final)
        {
            if (_gru is not null)
            {
                return final ? (_gru.Final(x, _state, _mask) * _cellWeights).Sum() : (_gru.Forward(x, _state, _mask) * _weights).Sum();
            }

            if (final)
            {
                (Tensor state, Tensor last) = _lstm!.Final(x, _state, _cell, _mask);
                return ((state + last) * _cellWeights).Sum();
            }

            (Tensor states, Tensor cell) = _lstm!.Forward(x, _state, _cell, _mask);
            return (states * _weights).Sum() + (cell * _cellWeights).Sum();
        }

        private Tensor Unrolled(bool final)
        {
            Tensor state = _state;
            Tensor cell = _cell;
            var sum = Tensor.Scalar(0, DType.Float64);
            for (int i = 0; i < Time; i++)
            {
                int step = _reverse ? Time - 1 - i : i;
                Tensor x = X.Select(0, step);
                (Tensor nextState, Tensor nextCell) = _gru is not null ? (_gru.Cell.Forward(x, state), cell) : _lstm!.Cell.Forward(x, state, cell);
                Tensor present = _mask?.Select(0, step).Unsqueeze(1) ?? Tensor.Ones([Batch, 1], DType.Float64);
                state = (present * nextState) + ((1 - present) * state);
                cell = (present * nextCell) + ((1 - present) * cell);
                sum += (state * _weights.Select(0, step)).Sum();
            }

            Tensor own = _gru is null ? (cell * _cellWeights).Sum() : Tensor.Scalar(0, DType.Float64);
            return final ? (state * _cellWeights).Sum() + own : sum + own;
        }
    }
}
