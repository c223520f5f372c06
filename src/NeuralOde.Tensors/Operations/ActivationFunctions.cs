namespace NeuralOde.Tensors.Operations;

/// <summary>The activations whose derivative has a kernel of its own.</summary>
internal static class ActivationFunctions
{
    public static readonly ActivationFunction Tanh = new TanhFunction();
    public static readonly ActivationFunction Sigmoid = new SigmoidFunction();
    public static readonly ActivationFunction Elu = new EluFunction();
    public static readonly ActivationFunction Selu = new SeluFunction();
    public static readonly ActivationFunction Relu = new ReluFunction();
    public static readonly ActivationFunction Softplus = new SoftplusFunction();
    public static readonly ActivationFunction Silu = new SiluFunction();
    public static readonly ActivationFunction Gelu = new GeluFunction();
    public static readonly ActivationFunction GeluTanh = new GeluTanhFunction();

    private sealed class TanhFunction() : ActivationFunction(nameof(Tanh))
    {
        public override Kernel<T> Make<T, TMaker>(TMaker maker) => maker.Make<T, TanhOperator<T>>();

        public override Kernel<T> MakeGradient<T, TMaker>(TMaker maker) => maker.Make<T, TanhGradientOperator<T>>();

        public override Tensor? GradientPullback(Tensor g, Tensor v, Tensor cotangent) => -2.0 * (cotangent * g * v);
    }

    private sealed class SigmoidFunction() : ActivationFunction(nameof(Sigmoid))
    {
        public override Kernel<T> Make<T, TMaker>(TMaker maker) => maker.Make<T, SigmoidOperator<T>>();

        public override Kernel<T> MakeGradient<T, TMaker>(TMaker maker) => maker.Make<T, SigmoidGradientOperator<T>>();

        public override Tensor? GradientPullback(Tensor g, Tensor v, Tensor cotangent) => cotangent * g * (1.0 - (2.0 * v));
    }

    private sealed class EluFunction() : ActivationFunction(nameof(Elu))
    {
        public override Kernel<T> Make<T, TMaker>(TMaker maker) => maker.Make<T, EluOperator<T>>();

        public override Kernel<T> MakeGradient<T, TMaker>(TMaker maker) => maker.Make<T, EluGradientOperator<T>>();

        public override Tensor? GradientPullback(Tensor g, Tensor v, Tensor cotangent) => cotangent * g * (-v).Step();
    }

    private sealed class SeluFunction() : ActivationFunction(nameof(Selu))
    {
        public override Kernel<T> Make<T, TMaker>(TMaker maker) => maker.Make<T, SeluOperator<T>>();

        public override Kernel<T> MakeGradient<T, TMaker>(TMaker maker) => maker.Make<T, SeluGradientOperator<T>>();

        public override Tensor? GradientPullback(Tensor g, Tensor v, Tensor cotangent) => cotangent * g * (-v).Step();
    }

    private sealed class ReluFunction() : ActivationFunction(nameof(Relu))
    {
        public override Kernel<T> Make<T, TMaker>(TMaker maker) => maker.Make<T, ReluOperator<T>>();

        public override Kernel<T> MakeGradient<T, TMaker>(TMaker maker) => maker.Make<T, ReluGradientOperator<T>>();

        public override Tensor? GradientPullback(Tensor g, Tensor v, Tensor cotangent) => null;
    }

    private sealed class SoftplusFunction() : ActivationFunction(nameof(Softplus))
    {
        public override bool GradientReadsOutput => false;

        public override Kernel<T> Make<T, TMaker>(TMaker maker) => maker.Make<T, SoftplusOperator<T>>();

        public override Kernel<T> MakeGradient<T, TMaker>(TMaker maker) => maker.Make<T, SoftplusGradientOperator<T>>();

        public override Tensor? GradientPullback(Tensor g, Tensor v, Tensor cotangent) => new ActivationGradient(Sigmoid).Apply(cotangent * g, v.Sigmoid());
    }

    private sealed class SiluFunction() : ActivationFunction(nameof(Silu))
    {
        public override bool GradientReadsOutput => false;

        public override Kernel<T> Make<T, TMaker>(TMaker maker) => maker.Make<T, SiluOperator<T>>();

        public override Kernel<T> MakeGradient<T, TMaker>(TMaker maker) => maker.Make<T, SiluGradientOperator<T>>();

        public override Tensor? GradientPullback(Tensor g, Tensor v, Tensor cotangent)
        {
            // With the logistic function s: 2s′ + x·s″.
            Tensor s = v.Sigmoid();
            Tensor first = s * (1.0 - s);
            Tensor second = first * (1.0 - (2.0 * s));
            return cotangent * g * ((2.0 * first) + (v * second));
        }
    }

    private sealed class GeluFunction() : ActivationFunction(nameof(Gelu))
    {
        public override bool GradientReadsOutput => false;

        public override Kernel<T> Make<T, TMaker>(TMaker maker) => maker.Make<T, GeluOperator<T>>();

        public override Kernel<T> MakeGradient<T, TMaker>(TMaker maker) => maker.Make<T, GeluGradientOperator<T>>();

        public override Tensor? GradientPullback(Tensor g, Tensor v, Tensor cotangent) =>
            cotangent * g * ((v.Square() * -0.5).Exp() * (1 / Math.Sqrt(2 * Math.PI)) * (2.0 - v.Square()));
    }

    private sealed class GeluTanhFunction() : ActivationFunction(nameof(GeluTanh))
    {
        public override bool GradientReadsOutput => false;

        public override Kernel<T> Make<T, TMaker>(TMaker maker) => maker.Make<T, GeluTanhOperator<T>>();

        public override Kernel<T> MakeGradient<T, TMaker>(TMaker maker) => maker.Make<T, GeluTanhGradientOperator<T>>();

        public override Tensor? GradientPullback(Tensor g, Tensor v, Tensor cotangent)
        {
            // x·s(w) with the logistic function s: 2s′w′ + x(s″w′² + s′w″).
            double factor = 2 * Math.Sqrt(2 / Math.PI);
            Tensor square = v.Square();
            Tensor s = ((v + (0.044715 * v.Cube())) * factor).Sigmoid();
            Tensor first = s * (1.0 - s);
            Tensor second = first * (1.0 - (2.0 * s));
            Tensor slope = ((3 * 0.044715 * square) + 1.0) * factor;
            Tensor bend = v * (6 * 0.044715 * factor);
            return cotangent * g * ((2.0 * first * slope) + (v * ((second * slope.Square()) + (first * bend))));
        }
    }
}
