namespace NeuralOde.Experiments.Commands;

/// <summary>How far some work is, in numbers for a bar and in words for a reader. The words are made only when they are shown.</summary>
/// <param name="Done">Pieces done.</param>
/// <param name="Total">Pieces planned.</param>
/// <param name="IsMilestone">Whether a log must have its line: the end of the work, or of a part of it.</param>
/// <param name="Line">A whole line of a log.</param>
/// <param name="Short">The text beside a progress bar, in at most the given number of columns.</param>
internal readonly record struct ProgressMark(long Done, long Total, bool IsMilestone, Func<string> Line, Func<int, string> Short);
