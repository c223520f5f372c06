using System.Reflection;

namespace NeuralOde.Experiments.Commands;

/// <summary>The tool's name and version, as files and reports name what made them.</summary>
internal static class ToolVersion
{
    public static string Text { get; } = $"neuralode "
        + $"{typeof(ToolVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0"}";
}
