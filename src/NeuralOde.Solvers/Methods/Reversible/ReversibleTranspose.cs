using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NeuralOde.Solvers;

/// <summary>What the transposes of reversible methods share.</summary>
/// <remarks>
/// Cotangents: of the state at the end of the step to be transposed next, of what is carried there and of the derivative recorded there; then of the rows that dense output within
/// the step reads at its start.
/// </remarks>
internal abstract class ReversibleTranspose<T>(ReversibleStepper<T> stepper) : StepTranspose<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    protected const int State = 0, Carried = 1, NextSlope = 2, Origin = 3, Slope = 4, Middle = 5, Factor = 6, Product = 7, Input = 8;

    private readonly RowMemory<T> _rows = new(9, stepper.StateLength);

    public override ReadOnlySpan<T> StateCotangent => this[State];

    protected Span<T> this[int row] => _rows.Row(row, stepper.StateLength);

    public override void Begin(SolveRecording<T> recording, bool differentiateTimes)
    {
        VectorJacobianProducts = 0;
        for (int row = State; row <= Middle; row++)
        {
            this[row].Clear();
        }

        BeginTimes(recording, differentiateTimes);
    }

    public override void ShiftTimeCotangents() => ShiftTimes();

    public override void AddEndCotangent(ReadOnlySpan<T> cotangent) => Add(cotangent, 1, State);

    public override void AddDenseCotangent(SolveRecording<T> recording, int step, double theta, ReadOnlySpan<T> cotangent)
    {
        Span<(int Node, int Row, double Weight)> terms = stackalloc (int, int, double)[ReversibleStepper<T>.TermCount];
        stepper.DenseTerms(theta, recording.StepSize(step), derivative: false, terms);
        Add(cotangent, 1, Origin);
        foreach ((int node, int row, double weight) in terms)
        {
            Add(cotangent, weight, (node, row) switch { (1, 0) => State, (1, _) => NextSlope, (0, 0) => Origin, (0, 1) => Slope, _ => Middle });
        }
    }

    public override double NodeSlope(SolveRecording<T> recording, int node, ReadOnlySpan<T> cotangent) => Reductions.Dot(cotangent, recording.Row(node, 1));

    public override double DenseSlope(SolveRecording<T> recording, int step, double theta, ReadOnlySpan<T> cotangent)
    {
        stepper.InterpolateRecorded(recording, step, theta, derivative: true, this[Input]);
        return Reductions.Dot(cotangent, this[Input]);
    }

    protected void AddTime(int node, double value)
    {
        if (DifferentiatesTimes)
        {
            AddTimeCotangent(node, value);
        }
    }

    /// <summary>Adds what depends on the length of a step, the difference of the times at its ends.</summary>
    protected void AddSize(int step, double value)
    {
        AddTime(step, -value);
        AddTime(step + 1, value);
    }

    /// <summary>Makes <see cref="Input"/> one recorded row of a step plus multiples of others, with the bits of the step itself.</summary>
    protected void MakeInput(SolveRecording<T> recording, int step, int origin, ReadOnlySpan<int> rows, ReadOnlySpan<double> weights)
    {
        Span<nint> offsets = stackalloc nint[ReversibleStepper<T>.TermCount];
        Span<int> indices = stackalloc int[rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            (offsets[i], indices[i]) = (recording.RowOffset(step, rows[i]), i);
        }

        ref T from = ref MemoryMarshal.GetReference(recording.Row(step, origin));
        CombineKernel.Run(ref recording.Start, offsets, indices, weights, 1, ref from, ref MemoryMarshal.GetReference(this[Input]), stepper.StateLength);
    }

    /// <summary>Makes <see cref="Product"/> that of the Jacobian and <see cref="Factor"/>.</summary>
    /// <returns>The part by time; nothing is done where the factor is zero.</returns>
    protected double Multiply(IVectorJacobianProduct<T> field, double t, ReadOnlySpan<T> z)
    {
        if (!this[Factor].ContainsAnyExcept(T.Zero))
        {
            this[Product].Clear();
            return 0;
        }

        VectorJacobianProducts++;
        return field.Evaluate(t, z, this[Factor], this[Product]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected void Add(ReadOnlySpan<T> values, double weight, int row)
    {
        T factor = T.CreateTruncating(weight);
        Span<T> to = this[row];
        for (int i = 0; i < to.Length; i++)
        {
            to[i] += factor * values[i];
        }
    }

    /// <summary>Makes a row a multiple of another, or of itself.</summary>
    protected void Set(int row, ReadOnlySpan<T> values, double weight)
    {
        T factor = T.CreateTruncating(weight);
        Span<T> to = this[row];
        for (int i = 0; i < to.Length; i++)
        {
            to[i] = factor * values[i];
        }
    }
}

/// <summary><c>z_{n+1} = (1 − r²) z_n + r² z_{n−1} + h (1 + r) f(t_n, z_n)</c> transposed. The carried cotangent is that of the state at the end, from the step after.</summary>
internal sealed class LeapfrogTranspose<T>(LeapfrogStepper<T> stepper) : ReversibleTranspose<T>(stepper)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override void TransposeStep(SolveRecording<T> recording, int step, IVectorJacobianProduct<T> field)
    {
        double t = recording.Node(step), h = recording.StepSize(step);
        ReadOnlySpan<T> z = recording.Row(step, 0), f = recording.Row(step, 1);
        if (recording.Tag(step) == LeapfrogStepper<T>.FirstTag)
        {
            // The midpoint step: z⁺ = z + h f(t + h/2, z + h/2 f).
            double size = DifferentiatesTimes ? Reductions.Dot(this[State], recording.Row(step, 2)) : 0;
            Set(Factor, this[State], h);
            z.CopyTo(this[Input]);
            Add(f, h / 2, Input);
            double middle = Multiply(field, t + (h / 2), this[Input]);
            AddTime(step, middle / 2);
            AddTime(step + 1, middle / 2);
            AddSize(step, size + (DifferentiatesTimes ? 0.5 * Reductions.Dot(this[Product], f) : 0));
            Add(this[Product], h / 2, Slope);
            Add(this[Product], 1, State);
            Add(this[Carried], 1, State);
            this[Carried].Clear();
        }
        else
        {
            double previous = recording.StepSize(step - 1), r = h / previous;
            if (DifferentiatesTimes)
            {
                double alongSlope = Reductions.Dot(this[State], f), along = Reductions.Dot(this[State], recording.Row(step - 1, 0)) - Reductions.Dot(this[State], z);
                AddSize(step, (2 * r / previous * along) + ((1 + (2 * r)) * alongSlope));
                AddSize(step - 1, (-2 * r * r / previous * along) - (r * r * alongSlope));
            }

            Add(this[State], h * (1 + r), Slope);
            Set(Input, this[State], r * r);
            Set(State, this[State], 1 - (r * r));
            Add(this[Carried], 1, State);
            this[Input].CopyTo(this[Carried]);
        }

        Set(Factor, this[Slope], 1);
        AddTime(step, Multiply(field, t, z));
        Add(this[Product], 1, State);
        Add(this[Origin], 1, State);
        this[Origin].Clear();
        this[Slope].Clear();
    }

    public override void End(SolveRecording<T> recording, int first, IVectorJacobianProduct<T> field)
    {
    }
}

/// <summary><c>ŷ⁺ = 2z − ŷ + h f̂</c>, <c>z⁺ = z + h/2 (f̂ + f̂⁺)</c> with <c>f̂⁺ = f(t⁺, ŷ⁺)</c> transposed.</summary>
internal sealed class ReversibleHeunTranspose<T>(ReversibleHeunStepper<T> stepper) : ReversibleTranspose<T>(stepper)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override void TransposeStep(SolveRecording<T> recording, int step, IVectorJacobianProduct<T> field)
    {
        double h = recording.StepSize(step);
        ReadOnlySpan<T> slope = recording.Row(step, 1);
        Set(Factor, this[NextSlope], 1);
        Add(this[State], h / 2, Factor);
        MakeInput(recording, step, 2, [0, 2, 1], [2, -2, h]);
        AddTime(step + 1, Multiply(field, recording.EndTime(step + 1), this[Input]));
        Add(this[Product], 1, Carried);
        if (DifferentiatesTimes)
        {
            double next = Reductions.Dot(this[State], recording.Row(step + 1, 1));
            AddSize(step, (0.5 * (Reductions.Dot(this[State], slope) + next)) + Reductions.Dot(this[Carried], slope));
        }

        this[Slope].CopyTo(this[NextSlope]);
        Add(this[State], h / 2, NextSlope);
        Add(this[Carried], h, NextSlope);
        Add(this[Carried], 2, State);
        Add(this[Origin], 1, State);
        Set(Carried, this[Carried], -1);
        this[Origin].Clear();
        this[Slope].Clear();
    }

    public override void End(SolveRecording<T> recording, int first, IVectorJacobianProduct<T> field)
    {
        // ŷ starts as the state.
        Set(Factor, this[NextSlope], 1);
        AddTime(first, Multiply(field, recording.Node(first), recording.Row(first, 0)));
        Add(this[Product], 1, State);
        Add(this[Carried], 1, State);
    }
}

/// <summary><c>u = f(t + h/2, z + h/2 v)</c>, <c>z⁺ = z + h u</c>, <c>v⁺ = 2u − v</c> transposed.</summary>
internal sealed class AsynchronousLeapfrogTranspose<T>(AsynchronousLeapfrogStepper<T> stepper) : ReversibleTranspose<T>(stepper)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override void TransposeStep(SolveRecording<T> recording, int step, IVectorJacobianProduct<T> field)
    {
        double t = recording.Node(step), h = recording.StepSize(step);
        ReadOnlySpan<T> velocity = recording.Row(step, 1), slope = recording.Row(step, 2);
        Set(Factor, this[Middle], 1);
        Add(this[State], h, Factor);
        Add(this[Carried], 2, Factor);
        MakeInput(recording, step, 0, [1], [h / 2]);
        double middle = Multiply(field, t + (h / 2), this[Input]);
        if (DifferentiatesTimes)
        {
            AddTime(step, middle / 2);
            AddTime(step + 1, middle / 2);
            AddSize(step, Reductions.Dot(this[State], slope) + (0.5 * Reductions.Dot(this[Product], velocity)));
        }

        Set(Carried, this[Carried], -1);
        Add(this[Product], h / 2, Carried);
        Add(this[Slope], 1, Carried);
        Add(this[Product], 1, State);
        Add(this[Origin], 1, State);
        this[Origin].Clear();
        this[Slope].Clear();
        this[Middle].Clear();
    }

    public override void End(SolveRecording<T> recording, int first, IVectorJacobianProduct<T> field)
    {
        Set(Factor, this[Carried], 1);
        AddTime(first, Multiply(field, recording.Node(first), recording.Row(first, 0)));
        Add(this[Product], 1, State);
    }
}
