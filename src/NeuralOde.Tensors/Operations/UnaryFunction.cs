namespace NeuralOde.Tensors.Operations;

/// <summary>A function of one variable, declared once (<see cref="UnaryFunctions"/>, <see cref="ActivationFunctions"/>): its name, its kernel and its gradient.</summary>
/// <param name="name">The name, as in code: <c>GeluTanh</c>.</param>
internal abstract class UnaryFunction(string name)
{
    /// <summary>The name, as in code.</summary>
    public string Name { get; } = name;

    /// <summary>The name in a printed program.</summary>
    public string ProgramName { get; } = name.ToLowerInvariant();

    /// <summary>Whether layers compute it in their own kernel.</summary>
    public virtual bool JoinsLayers => false;

    /// <summary>Makes a kernel of the operator that computes this function.</summary>
    public abstract Kernel<T> Make<T, TMaker>(TMaker maker) where T : unmanaged, IBinaryFloatingPointIeee754<T> where TMaker : struct, IUnaryKernelMaker;

    /// <summary>The cotangent of the argument x from that of y, or none where the derivative is 0 almost everywhere.</summary>
    public abstract Tensor? Pullback(Tensor x, Tensor y, Tensor cotangent);

    public override string ToString() => Name;
}

/// <summary>
/// A function of one variable whose derivative has a kernel too, <c>(g, v) ↦ g·σ'(v)</c>, where v is the function's output or, where that does not tell the
/// derivative, its argument.
/// </summary>
internal abstract class ActivationFunction(string name) : UnaryFunction(name)
{
    public override bool JoinsLayers => true;

    /// <summary>Whether the derivative is computed from the output rather than the argument.</summary>
    public virtual bool GradientReadsOutput => true;

    /// <summary>Makes a kernel of the operator that computes <c>(g, v) ↦ g·σ'(v)</c>.</summary>
    public abstract Kernel<T> MakeGradient<T, TMaker>(TMaker maker)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TMaker : struct, IBinaryKernelMaker;

    /// <summary>The cotangent of v from that of <c>g·σ'(v)</c>, or none where it is 0 almost everywhere.</summary>
    public abstract Tensor? GradientPullback(Tensor g, Tensor v, Tensor cotangent);

    public sealed override Tensor? Pullback(Tensor x, Tensor y, Tensor cotangent) => new ActivationGradient(this).Apply(cotangent, GradientReadsOutput ? y : x);
}

/// <summary>Makes a kernel that runs a function of one variable, alone or after something else.</summary>
internal interface IUnaryKernelMaker
{
    Kernel<T> Make<T, TOperator>() where T : unmanaged, IBinaryFloatingPointIeee754<T> where TOperator : struct, IUnaryOperator<T>;
}

/// <summary>Makes a kernel that runs a function of two variables, alone or after something else.</summary>
internal interface IBinaryKernelMaker
{
    Kernel<T> Make<T, TOperator>() where T : unmanaged, IBinaryFloatingPointIeee754<T> where TOperator : struct, IBinaryOperator<T>;
}
