using NeuralOde.Equations;
using NeuralOde.Series.Tables;

namespace NeuralOde.Cli.Solve;

/// <summary>Reads models and tables, and says where there is none.</summary>
internal static class ModelFiles
{
    public static EquationModel Load(string path)
    {
        InputFiles.Check(path, "a file in it");
        return EquationModel.Load(path);
    }

    public static CsvTable Table(string path, string? option = null)
    {
        InputFiles.Check(path, "a file in it", option);
        return CsvTable.Read(path);
    }
}
