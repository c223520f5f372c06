namespace NeuralOde;

/// <summary>
/// An expected failure: bad data, a bad file, a bad setting, a solve or a training run that failed. Everything that this library throws for such a reason
/// derives from it.
/// </summary>
/// <remarks>
/// A caller's mistake in code is an <see cref="ArgumentException"/>, a cancellation an <see cref="OperationCanceledException"/>, a file that cannot be opened an
/// <see cref="IOException"/>; an <see cref="InvalidOperationException"/> is a mistake in the order of calls, or a bug. Each derived type has a reason, an enumeration,
/// and the data that belong to it, so that nobody needs to look into a message.
/// </remarks>
public abstract class NeuralOdeException : Exception
{
    /// <summary>Describes a failure.</summary>
    /// <param name="problem">What is wrong, as whole sentences.</param>
    /// <param name="advice">What to do, as whole sentences, in the terms of this library; null where the problem says it all.</param>
    /// <param name="inner">The cause, where there is one.</param>
    protected NeuralOdeException(string problem, string? advice = null, Exception? inner = null)
        : base(advice is null ? problem : $"{problem} {advice}", inner)
    {
        Problem = problem;
        Advice = advice;
    }

    /// <summary>What is wrong, as whole sentences. <see cref="Exception.Message"/> is this and the advice.</summary>
    public string Problem { get; }

    /// <summary>What to do, as whole sentences, in the terms of this library; null where the problem says it all.</summary>
    public string? Advice { get; }
}
