using NeuralOde.Solvers;

// Not below NeuralOde, whose types would then need no using lines.
namespace DocumentPrograms;

/// <summary>Reads a solution between its steps.</summary>
/// <remarks>Printed by the pages for users of other libraries; DocumentProgramTests compares the texts.</remarks>
internal static class DenseProgram
{
    public static void Run()
    {
        var wave = Ode.Solve((t, y, dy) => { dy[0] = y[1]; dy[1] = -y[0]; }, [1.0, 0.0], 0, 10);
        Console.WriteLine($"{wave.At(3.7)[0]} {wave.DerivativeAt(3.7)[0]}");
    }
}
