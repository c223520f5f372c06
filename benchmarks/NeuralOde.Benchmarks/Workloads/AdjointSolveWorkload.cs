using NeuralOde.Sensitivities;
using NeuralOde.Solvers;

namespace NeuralOde.Benchmarks.Workloads;

/// <summary>A solve on [0, 1] and its gradient.</summary>
internal sealed class AdjointSolveWorkload
{
    private static readonly double[] s_times = [0, 1];
    private readonly Sensitivity<float> _sensitivity;
    private readonly SolveMemory<float> _memory;
    private readonly float[] _state;
    private readonly float[] _gradients;
    private readonly float[] _initialGradient;

    public AdjointSolveWorkload(Sensitivity<float> sensitivity, float[] state)
    {
        _sensitivity = sensitivity;
        _memory = sensitivity.Rent();
        _state = state;
        _gradients = new float[2 * state.Length];
        _gradients.AsSpan(state.Length).Fill(1);
        _initialGradient = new float[state.Length];
    }

    public SolveStatistics Forward { get; private set; }

    public SolveStatistics Backward { get; private set; }

    public void Run(int repetitions)
    {
        for (int i = 0; i < repetitions; i++)
        {
            SolveResult result = _sensitivity.Forward(_memory, _state, s_times, forGradient: true);
            result.ThrowIfFailed();
            Forward = result.Statistics;
            Backward = _sensitivity.Backward(_memory, _gradients, _initialGradient, []);
        }
    }
}
