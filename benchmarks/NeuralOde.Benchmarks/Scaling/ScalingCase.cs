namespace NeuralOde.Benchmarks.Scaling;

/// <summary>One size of a sweep.</summary>
/// <param name="Size">The size, along the picture's axis.</param>
/// <param name="Units">The work in the sweep's units: what time would be proportional to.</param>
/// <param name="Run">Does the work the given number of times.</param>
/// <param name="Bytes">The memory that the work takes, asked for once it has been done.</param>
internal sealed record ScalingCase(double Size, double Units, Action<int> Run, Func<long> Bytes);

/// <summary>The same work at many sizes.</summary>
/// <param name="Key">What the rows begin with.</param>
/// <param name="Title">The work, for a reader.</param>
/// <param name="Axis">What the size is.</param>
/// <param name="Unit">One unit of the work.</param>
/// <param name="Cases">The sizes, made one after the other.</param>
internal sealed record ScalingSweep(string Key, string Title, string Axis, string Unit, IEnumerable<ScalingCase> Cases);
