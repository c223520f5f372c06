namespace NeuralOde.Tensors.Operations;

/// <summary>
/// The matrix product of two tensors of rank 2, or of two stacks of matrices (rank 3, equal first axes), either of which may be read transposed.
/// </summary>
internal sealed record MatrixMultiply(bool TransposeLeft, bool TransposeRight) : Operation
{
    public override string Name => $"matmul{(TransposeLeft, TransposeRight) switch { (false, false) => "", (true, false) => "_tn", (false, true) => "_nt", _ => "_tt" }}";

    // Of two stacks, row by row.
    public override bool KeepsRows(int input, ReadOnlySpan<Shape> inputs, Shape output) => output.Rank == 3 || (input == 0 && !TransposeLeft);

    public override Shape InferShape(ReadOnlySpan<Shape> inputs)
    {
        (Shape left, Shape right) = (inputs[0], inputs[1]);
        ArgumentException.ThrowIf(
            left.Rank != right.Rank || left.Rank is not (2 or 3) || (left.Rank == 3 && left[0] != right[0]),
            $"A matrix product takes two matrices, or two stacks of equally many; got {left} and {right}.");
        GemmShape shape = GemmShape(left, right);
        int inner = TransposeRight ? right[-1] : right[-2];
        return shape.K == inner
            ? left.Slice(..^2).Append([shape.M, shape.N])
            : throw new ArgumentException(
                $"A matrix product of {Side(left, TransposeLeft)} by {Side(right, TransposeRight)} does not fit: the left has {shape.K} columns and the right {inner} rows.");

        static string Side(Shape shape, bool transpose) => transpose ? $"{shape} transposed" : shape.ToString();
    }

    /// <summary>The sizes and the layout of the product of two matrices, or of each pair in two stacks.</summary>
    public GemmShape GemmShape(Shape left, Shape right) => new(
        TransposeLeft, TransposeRight, TransposeLeft ? left[-1] : left[-2], TransposeRight ? right[-2] : right[-1], TransposeLeft ? left[-2] : left[-1]);

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output)
    {
        int count = output.Rank == 3 ? output[0] : 1;
        return new MatrixMultiplyKernel<T>(GemmShape(inputs[0], inputs[1]), count);
    }

    public override Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed)
    {
        (Tensor a, Tensor b) = (inputs[0], inputs[1]);
        Tensor? toA = !needed[0] ? null : TransposeLeft
            ? new MatrixMultiply(TransposeRight, true).Apply(b, cotangent)
            : new MatrixMultiply(false, !TransposeRight).Apply(cotangent, b);
        Tensor? toB = !needed[1] ? null : TransposeRight
            ? new MatrixMultiply(true, TransposeLeft).Apply(cotangent, a)
            : new MatrixMultiply(!TransposeLeft, false).Apply(a, cotangent);
        return [toA, toB];
    }

    private sealed class MatrixMultiplyKernel<T>(GemmShape shape, int count) : Kernel<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly int _leftSize = shape.M * shape.K;
        private readonly int _rightSize = shape.K * shape.N;
        private readonly int _size = shape.M * shape.N;

        public override Instruction Bind(Buffer<T>[] inputs, Buffer<T> output) =>
            count == 1 ? new ProductInstruction<T>(shape, inputs[0], inputs[1], null, output) : base.Bind(inputs, output);

        public override Division Divide(int length) => new(count, 1, CostModel.Product<T>(length, 1, shape.K));

        public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output) => Run(inputs, output, 0, count);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output, int first, int count)
        {
            ReadOnlySpan<T> left = inputs[0].Span;
            ReadOnlySpan<T> right = inputs[1].Span;
            for (int i = first; i < first + count; i++)
            {
                Gemm.Multiply(shape, left.Slice(i * _leftSize, _leftSize), right.Slice(i * _rightSize, _rightSize), output.Slice(i * _size, _size));
            }
        }
    }
}

/// <summary>A matrix product over memory that never moves: nothing is checked, pinned or chosen again at a run.</summary>
internal class ProductInstruction<T> : Instruction where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Five rows or more have the same bits as all rows together, and so have whole panels of columns.
    private const int SmallestRows = 5;
    private const int ColumnsOfUnit = 64;

    // Above it, each share of rows would pack all of B again; a share of columns packs its own.
    private const int MaxUnpackedElements = 256 * 256;

    private readonly bool _byColumns;
    private GemmProblem<T> _problem;
    private Buffer<T> _left;
    private Buffer<T> _right;
    private Buffer<T> _output;
    private Buffer<T>? _bias;

    /// <param name="shape">The sizes, and which operand is read transposed.</param>
    /// <param name="left">The left factor.</param>
    /// <param name="right">The right factor.</param>
    /// <param name="bias">A row that is added to every row, or none.</param>
    /// <param name="output">The product.</param>
    public unsafe ProductInstruction(GemmShape shape, Buffer<T> left, Buffer<T> right, Buffer<T>? bias, Buffer<T> output)
    {
        (_left, _right, _bias, _output) = (left, right, bias, output);
        _problem = GemmProblem<T>.Create(shape, shape.DenseSteps, left.Pointer, right.Pointer, output.Pointer);
        _problem.Start = bias is { } row ? row.Pointer : null;
        _byColumns = shape.N >= 2 * ColumnsOfUnit && (shape.M < 2 * SmallestRows || (long)shape.K * shape.N > MaxUnpackedElements);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override unsafe bool Follow(in MemoryMove move)
    {
        bool concerns = move.Concerns(_left) || move.Concerns(_right) || move.Concerns(_output) || (_bias is { } before && move.Concerns(before));
        if (concerns)
        {
            (_left, _right, _output, _bias) = (_left.After(move), _right.After(move), _output.After(move), _bias?.After(move));
            (_problem.A, _problem.B) = (_problem.A.At(_left.Pointer), _problem.B.At(_right.Pointer));
            _problem.C = _output.Pointer;
            _problem.Start = _bias is { } row ? row.Pointer : null;
        }

        return concerns;
    }

    public override Division Division
    {
        get
        {
            double nanoseconds = CostModel.Product<T>(_problem.M, _problem.N, _problem.K) + CostModel.Function<T>(ActivationCount);
            return _byColumns ? new((int)_problem.N / ColumnsOfUnit, 1, nanoseconds) : new((int)_problem.M, SmallestRows, nanoseconds);
        }
    }

    /// <summary>Where the product is.</summary>
    protected unsafe T* Product => _problem.C;

    /// <summary>The elements that <see cref="Activate"/> acts on with something that costs as much as a function.</summary>
    protected virtual long ActivationCount => 0;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run() => Gemm.Run(_problem);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public sealed override void Run(int first, int count)
    {
        int columns = (int)_problem.N;
        if (!_byColumns)
        {
            Gemm.Run(_problem.Part(first, 0, count, columns));
            Activate(first * columns, count * columns);
            return;
        }

        (int start, int length) = Division.Range(first, count, columns, ColumnsOfUnit);
        Gemm.Run(_problem.Part(0, start, _problem.M, length));
        for (int row = 0; row < _problem.M; row++)
        {
            Activate((row * columns) + start, length);
        }
    }

    /// <summary>What follows the product, for some elements of the output.</summary>
    protected virtual void Activate(int start, int length)
    {
    }
}
