using NeuralOde.Sensitivities;
using NeuralOde.Solvers;

namespace NeuralOde.Benchmarks.Workloads;

/// <summary>A solve and its gradient.</summary>
internal sealed class AdjointSolveWorkload
{
    private readonly double[] _times;
    private readonly Sensitivity<float> _sensitivity;
    private readonly SolveMemory<float> _memory;
    private readonly float[] _state;
    private readonly float[] _gradients;
    private readonly float[] _initialGradient;

    /// <param name="sensitivity">What solves.</param>
    /// <param name="state">The initial state.</param>
    /// <param name="times">The output times. The gradient is of the sum of the states at all but the first.</param>
    public AdjointSolveWorkload(Sensitivity<float> sensitivity, float[] state, params double[] times)
    {
        _times = times;
        _sensitivity = sensitivity;
        _memory = sensitivity.Rent();
        _state = state;
        _gradients = new float[times.Length * state.Length];
        _gradients.AsSpan(state.Length).Fill(1);
        _initialGradient = new float[state.Length];
    }

    public SolveStatistics Forward { get; private set; }

    public SolveStatistics Backward { get; private set; }

    /// <summary>Bytes that the solve keeps for its gradient, the states at the times included.</summary>
    public long Bytes => _memory.Bytes;

    /// <summary>Solves, for a gradient that is not taken.</summary>
    public void RunForward(int repetitions)
    {
        for (int i = 0; i < repetitions; i++)
        {
            SolveResult result = _sensitivity.Forward(_memory, _state, _times, forGradient: true);
            result.ThrowIfFailed();
            Forward = result.Statistics;
        }
    }

    /// <summary>Solves, and takes the gradient.</summary>
    public void Run(int repetitions)
    {
        for (int i = 0; i < repetitions; i++)
        {
            RunForward(1);
            Backward = _sensitivity.Backward(_memory, _gradients, _initialGradient, []);
        }
    }
}
