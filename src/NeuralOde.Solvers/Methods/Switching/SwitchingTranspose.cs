using System.Numerics;

namespace NeuralOde.Solvers;

/// <summary>
/// The transpose of steps by two halves: each step is transposed by the half that made it. Where the half changes, what one has gathered is the cotangent of the other's last
/// end. Lengths of steps and places of switches count as constants.
/// </summary>
/// <param name="explicitHalf">The explicit half.</param>
/// <param name="stiffHalf">The stiff half.</param>
internal sealed class SwitchingTranspose<T>(Stepper<T> explicitHalf, Stepper<T> stiffHalf) : StepTranspose<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly StepTranspose<T> _explicit = explicitHalf.CreateTranspose();
    private readonly StepTranspose<T> _stiff = stiffHalf.CreateTranspose();

    // The cotangent of an end before it is known which half made the step to it.
    private readonly T[] _end = new T[stiffHalf.StateLength];
    private StepTranspose<T>? _active;
    private long _products;

    public override ReadOnlySpan<T> StateCotangent => _active is null ? _end : _active.StateCotangent;

    public override void Begin(SolveRecording<T> recording, bool differentiateTimes)
    {
        if (differentiateTimes)
        {
            throw new InvalidOperationException("Steps that are chosen by their error have no time cotangents.");
        }

        _active = null;
        _end.AsSpan().Clear();
        _products = VectorJacobianProducts = 0;
    }

    public override void AddEndCotangent(ReadOnlySpan<T> cotangent)
    {
        if (_active is not null)
        {
            _active.AddEndCotangent(cotangent);
            return;
        }

        for (int i = 0; i < _end.Length; i++)
        {
            _end[i] += cotangent[i];
        }
    }

    public override void AddDenseCotangent(SolveRecording<T> recording, int step, double theta, ReadOnlySpan<T> cotangent)
        => Activate(recording, step).AddDenseCotangent(recording, step, theta, cotangent);

    public override void TransposeStep(SolveRecording<T> recording, int step, IVectorJacobianProduct<T> field)
    {
        StepTranspose<T> active = Activate(recording, step);
        active.TransposeStep(recording, step, field);
        if (step > 0 && !recording.IsEvent(step - 1) && !ReferenceEquals(MakerOf(recording, step - 1), active))
        {
            active.End(recording, step, field);
            _products += active.VectorJacobianProducts;
            active.StateCotangent.CopyTo(_end);
            _active = null;
        }

        VectorJacobianProducts = _products + (_active?.VectorJacobianProducts ?? 0);
    }

    public override void End(SolveRecording<T> recording, int first, IVectorJacobianProduct<T> field)
    {
        _active?.End(recording, first, field);
        VectorJacobianProducts = _products + (_active?.VectorJacobianProducts ?? 0);
    }

    // Both halves keep the derivative at a step's start there.
    public override double NodeSlope(SolveRecording<T> recording, int node, ReadOnlySpan<T> cotangent) => Reductions.Dot(cotangent, recording.Row(node, 1));

    public override double DenseSlope(SolveRecording<T> recording, int step, double theta, ReadOnlySpan<T> cotangent)
        => MakerOf(recording, step).DenseSlope(recording, step, theta, cotangent);

    private StepTranspose<T> MakerOf(SolveRecording<T> recording, int step) => recording.MakerOf(step) == SwitchingStepper<T>.StiffMaker ? _stiff : _explicit;

    private StepTranspose<T> Activate(SolveRecording<T> recording, int step)
    {
        if (_active is null)
        {
            _active = MakerOf(recording, step);
            _active.Begin(recording, differentiateTimes: false);
            _active.AddEndCotangent(_end);
        }

        return _active;
    }
}
