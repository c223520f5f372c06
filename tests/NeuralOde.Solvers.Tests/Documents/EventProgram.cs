using NeuralOde.Solvers;

// Not below NeuralOde, whose types would then need no using lines.
namespace DocumentPrograms;

/// <summary>Lets a ball fall to the ground.</summary>
/// <remarks>Printed by the pages for users of other libraries; DocumentProgramTests compares the texts.</remarks>
internal static class EventProgram
{
    public static void Run()
    {
        var ground = new OdeEvent<double>((t, y) => y[0]) { Direction = EventDirection.Falling, IsTerminal = true };
        var ball = new OdeProblem<double>((t, y, dy) => { dy[0] = y[1]; dy[1] = -9.81; }) { Events = [ground] };
        var fall = Ode.Solve(ball, [10.0, 0.0], 0, 60);
        Console.WriteLine(fall.Events[0].Time);
    }
}
