namespace NeuralOde.Tensors.Operations;

/// <summary>The elementary functions of one variable.</summary>
internal static class UnaryFunctions
{
    public static readonly UnaryFunction Negate = new NegateFunction();
    public static readonly UnaryFunction Abs = new AbsFunction();
    public static readonly UnaryFunction Sign = new SignFunction();
    public static readonly UnaryFunction Step = new StepFunction();
    public static readonly UnaryFunction Square = new SquareFunction();
    public static readonly UnaryFunction Cube = new CubeFunction();
    public static readonly UnaryFunction Sqrt = new SqrtFunction();
    public static readonly UnaryFunction Reciprocal = new ReciprocalFunction();
    public static readonly UnaryFunction Exp = new ExpFunction();
    public static readonly UnaryFunction Expm1 = new Expm1Function();
    public static readonly UnaryFunction Log = new LogFunction();
    public static readonly UnaryFunction Log1p = new Log1pFunction();
    public static readonly UnaryFunction Sin = new SinFunction();
    public static readonly UnaryFunction Cos = new CosFunction();
    public static readonly UnaryFunction Erf = new ErfFunction();

    private sealed class NegateFunction() : UnaryFunction(nameof(Negate))
    {
        public override Kernel<T> Make<T, TMaker>(TMaker maker) => maker.Make<T, NegateOperator<T>>();

        public override Tensor? Pullback(Tensor x, Tensor y, Tensor cotangent) => -cotangent;
    }

    private sealed class AbsFunction() : UnaryFunction(nameof(Abs))
    {
        public override Kernel<T> Make<T, TMaker>(TMaker maker) => maker.Make<T, AbsOperator<T>>();

        public override Tensor? Pullback(Tensor x, Tensor y, Tensor cotangent) => cotangent * x.Sign();
    }

    private sealed class SignFunction() : UnaryFunction(nameof(Sign))
    {
        public override Kernel<T> Make<T, TMaker>(TMaker maker) => maker.Make<T, SignOperator<T>>();

        public override Tensor? Pullback(Tensor x, Tensor y, Tensor cotangent) => null;
    }

    private sealed class StepFunction() : UnaryFunction(nameof(Step))
    {
        public override Kernel<T> Make<T, TMaker>(TMaker maker) => maker.Make<T, StepOperator<T>>();

        public override Tensor? Pullback(Tensor x, Tensor y, Tensor cotangent) => null;
    }

    private sealed class SquareFunction() : UnaryFunction(nameof(Square))
    {
        public override Kernel<T> Make<T, TMaker>(TMaker maker) => maker.Make<T, SquareOperator<T>>();

        public override Tensor? Pullback(Tensor x, Tensor y, Tensor cotangent) => cotangent * (2.0 * x);
    }

    private sealed class CubeFunction() : UnaryFunction(nameof(Cube))
    {
        public override Kernel<T> Make<T, TMaker>(TMaker maker) => maker.Make<T, CubeOperator<T>>();

        public override Tensor? Pullback(Tensor x, Tensor y, Tensor cotangent) => cotangent * (3.0 * x.Square());
    }

    private sealed class SqrtFunction() : UnaryFunction(nameof(Sqrt))
    {
        public override Kernel<T> Make<T, TMaker>(TMaker maker) => maker.Make<T, SqrtOperator<T>>();

        public override Tensor? Pullback(Tensor x, Tensor y, Tensor cotangent) => cotangent / (2.0 * y);
    }

    private sealed class ReciprocalFunction() : UnaryFunction(nameof(Reciprocal))
    {
        public override Kernel<T> Make<T, TMaker>(TMaker maker) => maker.Make<T, ReciprocalOperator<T>>();

        public override Tensor? Pullback(Tensor x, Tensor y, Tensor cotangent) => -(cotangent * y.Square());
    }

    private sealed class ExpFunction() : UnaryFunction(nameof(Exp))
    {
        public override Kernel<T> Make<T, TMaker>(TMaker maker) => maker.Make<T, ExpOperator<T>>();

        public override Tensor? Pullback(Tensor x, Tensor y, Tensor cotangent) => cotangent * y;
    }

    private sealed class Expm1Function() : UnaryFunction(nameof(Expm1))
    {
        public override Kernel<T> Make<T, TMaker>(TMaker maker) => maker.Make<T, Expm1Operator<T>>();

        public override Tensor? Pullback(Tensor x, Tensor y, Tensor cotangent) => cotangent * (y + 1.0);
    }

    private sealed class LogFunction() : UnaryFunction(nameof(Log))
    {
        public override Kernel<T> Make<T, TMaker>(TMaker maker) => maker.Make<T, LogOperator<T>>();

        public override Tensor? Pullback(Tensor x, Tensor y, Tensor cotangent) => cotangent / x;
    }

    private sealed class Log1pFunction() : UnaryFunction(nameof(Log1p))
    {
        public override Kernel<T> Make<T, TMaker>(TMaker maker) => maker.Make<T, Log1pOperator<T>>();

        public override Tensor? Pullback(Tensor x, Tensor y, Tensor cotangent) => cotangent / (x + 1.0);
    }

    private sealed class SinFunction() : UnaryFunction(nameof(Sin))
    {
        public override bool JoinsLayers => true;

        public override Kernel<T> Make<T, TMaker>(TMaker maker) => maker.Make<T, SinOperator<T>>();

        public override Tensor? Pullback(Tensor x, Tensor y, Tensor cotangent) => cotangent * x.Cos();
    }

    private sealed class CosFunction() : UnaryFunction(nameof(Cos))
    {
        public override Kernel<T> Make<T, TMaker>(TMaker maker) => maker.Make<T, CosOperator<T>>();

        public override Tensor? Pullback(Tensor x, Tensor y, Tensor cotangent) => -(cotangent * x.Sin());
    }

    private sealed class ErfFunction() : UnaryFunction(nameof(Erf))
    {
        public override Kernel<T> Make<T, TMaker>(TMaker maker) => maker.Make<T, ErfOperator<T>>();

        public override Tensor? Pullback(Tensor x, Tensor y, Tensor cotangent) => cotangent * ((-x.Square()).Exp() * (2 / Math.Sqrt(Math.PI)));
    }
}
