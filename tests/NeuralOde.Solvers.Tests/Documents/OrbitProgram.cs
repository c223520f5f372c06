using NeuralOde.Solvers;

// Not below NeuralOde, whose types would then need no using lines.
namespace DocumentPrograms;

/// <summary>Solves an orbit.</summary>
/// <remarks>Printed by the pages for users of other libraries; DocumentProgramTests compares the texts.</remarks>
internal static class OrbitProgram
{
    public static void Run()
    {
        var orbit = Ode.Solve((t, y, dy) => { dy[0] = y[1]; dy[1] = -y[0]; }, y0: [1.0, 0.0], t0: 0, t1: 10);
        Console.WriteLine(orbit.FinalState[0]);
    }
}
