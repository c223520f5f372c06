namespace NeuralOde.Sensitivities;

/// <summary>What it takes to solve once more by the same steps: a copy, for later.</summary>
internal sealed class SolvedSteps<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <param name="memory">The solve, with its steps.</param>
    public SolvedSteps(SolveMemory<T> memory)
    {
        Times = [.. memory.Times];
        Nodes = [.. memory.Recording.Times];
        InitialState = [.. memory.State(0)];
        Inputs = [.. memory.Inputs];
        TimeInputs = [.. memory.TimeInputs];
    }

    /// <summary>The output times.</summary>
    public double[] Times { get; }

    /// <summary>The times from step to step.</summary>
    public double[] Nodes { get; }

    /// <summary>The state at the first time.</summary>
    public T[] InitialState { get; }

    /// <summary>The values of the field's inputs, without those that are times.</summary>
    public T[] Inputs { get; }

    /// <summary>The values of those that are times.</summary>
    public double[] TimeInputs { get; }
}
