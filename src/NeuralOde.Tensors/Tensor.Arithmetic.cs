namespace NeuralOde.Tensors;

/// <content>Operations element by element. Two tensors broadcast to a common shape; see <see cref="Tensors.Shape.Broadcast"/>.</content>
public partial class Tensor
{
    /// <summary>The sum, element by element.</summary>
    public static Tensor operator +(Tensor left, Tensor right) => Apply(BinaryFunction.Add, left, right);

    /// <summary>The difference, element by element.</summary>
    public static Tensor operator -(Tensor left, Tensor right) => Apply(BinaryFunction.Subtract, left, right);

    /// <summary>The product, element by element. For a matrix product, see <see cref="MatMul"/>.</summary>
    public static Tensor operator *(Tensor left, Tensor right) => Apply(BinaryFunction.Multiply, left, right);

    /// <summary>The quotient, element by element.</summary>
    public static Tensor operator /(Tensor left, Tensor right) => Apply(BinaryFunction.Divide, left, right);

    /// <summary>Adds a number to each element.</summary>
    public static Tensor operator +(Tensor left, double right) => left + Like(left, right);

    /// <summary>Adds a number to each element.</summary>
    public static Tensor operator +(double left, Tensor right) => Like(right, left) + right;

    /// <summary>Subtracts a number from each element.</summary>
    public static Tensor operator -(Tensor left, double right) => left - Like(left, right);

    /// <summary>Subtracts each element from a number.</summary>
    public static Tensor operator -(double left, Tensor right) => Like(right, left) - right;

    /// <summary>Multiplies each element by a number.</summary>
    public static Tensor operator *(Tensor left, double right) => left * Like(left, right);

    /// <summary>Multiplies each element by a number.</summary>
    public static Tensor operator *(double left, Tensor right) => Like(right, left) * right;

    /// <summary>Divides each element by a number.</summary>
    public static Tensor operator /(Tensor left, double right) => left / Like(left, right);

    /// <summary>Divides a number by each element.</summary>
    public static Tensor operator /(double left, Tensor right) => Like(right, left) / right;

    /// <summary>The negative of each element.</summary>
    public static Tensor operator -(Tensor tensor) => Apply(UnaryFunctions.Negate, tensor);

    /// <summary>The larger of two, element by element; the gradient is shared evenly where they are equal.</summary>
    /// <param name="left">One tensor.</param>
    /// <param name="right">The other.</param>
    /// <returns>A tensor of the common shape.</returns>
    public static Tensor Maximum(Tensor left, Tensor right) => Apply(BinaryFunction.Maximum, left, right);

    /// <summary>The smaller of two, element by element; the gradient is shared evenly where they are equal.</summary>
    /// <inheritdoc cref="Maximum"/>
    public static Tensor Minimum(Tensor left, Tensor right) => Apply(BinaryFunction.Minimum, left, right);

    /// <summary>Powers <c>xʸ</c>, element by element; NaN for a negative base with a fractional exponent.</summary>
    /// <param name="x">The base.</param>
    /// <param name="y">The exponent.</param>
    /// <returns>A tensor of the common shape.</returns>
    public static Tensor Power(Tensor x, Tensor y) => Apply(BinaryFunction.Power, x, y);

    /// <summary>Chooses, element by element. No gradient flows into what was not chosen.</summary>
    /// <param name="condition">Not 0 where <paramref name="whenTrue"/> is to be taken.</param>
    /// <param name="whenTrue">Values where the condition holds.</param>
    /// <param name="whenFalse">Values where it is 0.</param>
    /// <returns>A tensor of the common shape of all three.</returns>
    public static Tensor Where(Tensor condition, Tensor whenTrue, Tensor whenFalse)
    {
        ArgumentNullException.ThrowIfNull(condition);
        ArgumentNullException.ThrowIfNull(whenTrue);
        ArgumentNullException.ThrowIfNull(whenFalse);
        return new Where().Apply(condition, whenTrue, whenFalse);
    }

    /// <summary>1 where this is larger than the other, else 0.</summary>
    /// <param name="other">What to compare with.</param>
    /// <returns>A tensor of the common shape, through which no gradient flows.</returns>
    public Tensor Greater(Tensor other) => Apply(BinaryFunction.Greater, this, other);

    /// <summary>1 where this is larger than the other or equal, else 0.</summary>
    /// <inheritdoc cref="Greater"/>
    public Tensor GreaterOrEqual(Tensor other) => Apply(BinaryFunction.GreaterOrEqual, this, other);

    /// <summary>1 where this is smaller than the other, else 0.</summary>
    /// <inheritdoc cref="Greater"/>
    public Tensor Less(Tensor other) => Apply(BinaryFunction.Less, this, other);

    /// <summary>1 where this is smaller than the other or equal, else 0.</summary>
    /// <inheritdoc cref="Greater"/>
    public Tensor LessOrEqual(Tensor other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return other.GreaterOrEqual(this);
    }

    /// <summary>1 where this equals the other, else 0.</summary>
    /// <inheritdoc cref="Greater"/>
    public Tensor EqualTo(Tensor other) => Apply(BinaryFunction.Equal, this, other);

    /// <summary>Each element to a constant power: 2, 3, 1/2 and −1 by their own kernels, other whole numbers by products.</summary>
    /// <param name="exponent">The exponent.</param>
    /// <returns>A tensor of this shape; NaN for a negative base with a fractional exponent.</returns>
    public Tensor Pow(double exponent) => exponent switch
    {
        0 => Full(Shape, 1, DType),
        1 => this,
        2 => Square(),
        3 => Cube(),
        0.5 => Sqrt(),
        -1 => Reciprocal(),
        > 3 and <= 64 when exponent == Math.Floor(exponent) => IntegerPower((int)exponent),
        _ => Power(this, Like(this, exponent)),
    };

    /// <summary>The absolute value of each element.</summary>
    /// <returns>A tensor of this shape.</returns>
    public Tensor Abs() => Apply(UnaryFunctions.Abs, this);

    /// <summary>−1, 0 or 1 by each element's sign; no gradient flows through it.</summary>
    /// <returns>A tensor of this shape.</returns>
    public Tensor Sign() => Apply(UnaryFunctions.Sign, this);

    /// <summary>1 for each positive element, else 0; no gradient flows through it.</summary>
    /// <returns>A tensor of this shape.</returns>
    public Tensor Step() => Apply(UnaryFunctions.Step, this);

    /// <summary>Each element times itself.</summary>
    /// <returns>A tensor of this shape.</returns>
    public Tensor Square() => Apply(UnaryFunctions.Square, this);

    /// <summary>The third power of each element.</summary>
    /// <returns>A tensor of this shape.</returns>
    public Tensor Cube() => Apply(UnaryFunctions.Cube, this);

    /// <summary>The square root of each element; NaN for negative ones.</summary>
    /// <returns>A tensor of this shape.</returns>
    public Tensor Sqrt() => Apply(UnaryFunctions.Sqrt, this);

    /// <summary>One over each element.</summary>
    /// <returns>A tensor of this shape.</returns>
    public Tensor Reciprocal() => Apply(UnaryFunctions.Reciprocal, this);

    /// <summary>The exponential of each element.</summary>
    /// <returns>A tensor of this shape.</returns>
    public Tensor Exp() => Apply(UnaryFunctions.Exp, this);

    /// <summary>The exponential of each element minus 1, exact for small ones.</summary>
    /// <returns>A tensor of this shape.</returns>
    public Tensor Expm1() => Apply(UnaryFunctions.Expm1, this);

    /// <summary>The natural logarithm of each element; −∞ for 0, NaN for negative ones.</summary>
    /// <returns>A tensor of this shape.</returns>
    public Tensor Log() => Apply(UnaryFunctions.Log, this);

    /// <summary>The natural logarithm of 1 plus each element, exact for small ones.</summary>
    /// <returns>A tensor of this shape.</returns>
    public Tensor Log1p() => Apply(UnaryFunctions.Log1p, this);

    /// <summary>The sine of each element, in radians.</summary>
    /// <returns>A tensor of this shape.</returns>
    public Tensor Sin() => Apply(UnaryFunctions.Sin, this);

    /// <summary>The cosine of each element, in radians.</summary>
    /// <returns>A tensor of this shape.</returns>
    public Tensor Cos() => Apply(UnaryFunctions.Cos, this);

    /// <summary>The hyperbolic tangent of each element.</summary>
    /// <returns>A tensor of this shape.</returns>
    public Tensor Tanh() => Apply(ActivationFunctions.Tanh, this);

    /// <summary>The logistic function <c>1 / (1 + e⁻ˣ)</c> of each element.</summary>
    /// <returns>A tensor of this shape.</returns>
    public Tensor Sigmoid() => Apply(ActivationFunctions.Sigmoid, this);

    /// <summary>The exponential linear unit with α = 1: x where positive, else <c>eˣ − 1</c> (Clevert et al. 2016).</summary>
    /// <returns>A tensor of this shape.</returns>
    public Tensor Elu() => Apply(ActivationFunctions.Elu, this);

    /// <summary>The scaled exponential linear unit: λx where positive, else <c>λα(eˣ − 1)</c>, with λ = 1.0507 and α = 1.6733 (Klambauer et al. 2017).</summary>
    /// <returns>A tensor of this shape.</returns>
    public Tensor Selu() => Apply(ActivationFunctions.Selu, this);

    /// <summary>Each element, or 0 where it is negative; the gradient at 0 is 0.</summary>
    /// <returns>A tensor of this shape.</returns>
    public Tensor Relu() => Apply(ActivationFunctions.Relu, this);

    /// <summary><c>ln(1 + eˣ)</c> of each element, without overflow.</summary>
    /// <returns>A tensor of this shape.</returns>
    public Tensor Softplus() => Apply(ActivationFunctions.Softplus, this);

    /// <summary>The error function of each element, <c>2/√π·∫e^(−t²)dt</c> from 0.</summary>
    /// <returns>A tensor of this shape.</returns>
    public Tensor Erf() => Apply(UnaryFunctions.Erf, this);

    /// <summary>The sigmoid linear unit <c>x/(1 + e⁻ˣ)</c> of each element, also called swish (Elfwing et al. 2018).</summary>
    /// <returns>A tensor of this shape.</returns>
    public Tensor Silu() => Apply(ActivationFunctions.Silu, this);

    /// <summary>The Gaussian error linear unit <c>x·Φ(x)</c> of each element, with the normal distribution function Φ (Hendrycks, Gimpel 2016).</summary>
    /// <param name="tanh">
    /// Whether Φ is taken in its tanh form, <c>½(1 + tanh(√(2/π)(x + 0.044715x³)))</c>, which differs by up to 5e-4 and which some published models
    /// were trained with.
    /// </param>
    /// <returns>A tensor of this shape.</returns>
    public Tensor Gelu(bool tanh = false) => Apply(tanh ? ActivationFunctions.GeluTanh : ActivationFunctions.Gelu, this);

    /// <summary>The same values, through which no gradient flows.</summary>
    /// <returns>A tensor of this shape.</returns>
    public Tensor Detach() => IsSymbolic || this is Parameter ? new Detach().Apply(this) : RequiresGradient ? new Tensor(Shape, Storage) : this;

    private static Tensor Apply(UnaryFunction function, Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return new Unary(function).Apply(x);
    }

    private static Tensor Apply(BinaryFunction function, Tensor left, Tensor right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return new Binary(function).Apply(left, right);
    }

    private static Tensor Like(Tensor other, double value)
    {
        ArgumentNullException.ThrowIfNull(other);
        Tensor scalar = Scalar(value, other.DType);
        scalar._exact = value;
        return scalar;
    }

    private Tensor IntegerPower(int exponent)
    {
        Tensor half = Pow(exponent / 2);
        return exponent % 2 == 0 ? half.Square() : half.Square() * this;
    }
}
