namespace NeuralOde.Settings;

/// <summary>What a user may type for a setting: one option of a command line.</summary>
/// <param name="Name">Its name without dashes in front, such as "learning-rate".</param>
/// <param name="ValueName">What stands for the value in a help page, such as "N"; null for a flag.</param>
/// <param name="Help">What it is, as a sentence.</param>
/// <param name="Fault">What is wrong with a text, given how the option is written; null where nothing is.</param>
/// <param name="Default">The value of options that nobody changed, as a user would type it; null where the help need not say it.</param>
public sealed record SettingInput<TOptions>(string Name, string? ValueName, string Help, Func<string, string, string?> Fault, Func<TOptions, string?> Default);
