using NeuralOde.Solvers;

// Not below NeuralOde, whose types would then need no using lines.
namespace DocumentPrograms;

/// <summary>Solves Robertson's reactions with the conservation of mass as an algebraic equation.</summary>
/// <remarks>Printed by the pages for users of other libraries; DocumentProgramTests compares the texts.</remarks>
internal static class MassMatrixProgram
{
    public static void Run()
    {
        var reactions = new OdeProblem<double>((t, y, dy) =>
        {
            dy[0] = (-0.04 * y[0]) + (1e4 * y[1] * y[2]);
            dy[1] = (0.04 * y[0]) - (1e4 * y[1] * y[2]) - (3e7 * y[1] * y[1]);
            dy[2] = y[0] + y[1] + y[2] - 1;
        })
        { MassMatrix = new SquareMatrix<double>(3) { [0, 0] = 1, [1, 1] = 1 } };
        var robertson = Ode.Solve(reactions, [1.0, 0.0, 0.0], 0, 1e5, new RadauIIA5());
        Console.WriteLine(robertson.FinalState[0]);
    }
}
