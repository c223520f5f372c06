using NeuralOde.Equations;
using NeuralOde.Experiments.Commands;
using NeuralOde.Series.Tables;

namespace NeuralOde.Cli.Solve;

/// <summary>Reads models and tables, and says where there is none.</summary>
internal static class ModelFiles
{
    public static EquationModel Load(string path)
    {
        Check(path, "");
        return EquationModel.Load(path);
    }

    public static CsvTable Table(string path, string option)
    {
        Check(path, option.Length == 0 ? "" : option + ": ");
        return CsvTable.Read(path);
    }

    private static void Check(string path, string prefix)
    {
        if (!File.Exists(path))
        {
            throw new CommandException(Directory.Exists(path) ? $"{prefix}'{path}' is a folder. Name a file in it." : $"{prefix}there is no file '{path}'.");
        }
    }
}
