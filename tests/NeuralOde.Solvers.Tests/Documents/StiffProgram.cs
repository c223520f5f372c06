using NeuralOde.Solvers;

// Not below NeuralOde, whose types would then need no using lines.
namespace DocumentPrograms;

/// <summary>Solves Van der Pol's equation where it is stiff.</summary>
/// <remarks>Printed by the pages for users of other libraries; DocumentProgramTests compares the texts.</remarks>
internal static class StiffProgram
{
    public static void Run()
    {
        var options = new OdeOptions { Steps = new AdaptiveSteps { RelativeTolerance = 1e-6, AbsoluteTolerance = 1e-9 } };
        var stiff = Ode.Solve((t, y, dy) => { dy[0] = y[1]; dy[1] = (1000 * (1 - (y[0] * y[0])) * y[1]) - y[0]; }, [2.0, 0.0], 0, 2000, new Bdf(), options);
        Console.WriteLine(stiff.FinalState[0]);
    }
}
