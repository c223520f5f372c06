using NeuralOde.Solvers;

// Not below NeuralOde, whose types would then need no using lines.
namespace ReadmePrograms;

/// <summary>Solves an orbit. One of the README's programs, with its using lines and no other: ReadmeTests compares the texts.</summary>
internal static class OrbitProgram
{
    public static void Run()
    {
        var orbit = Ode.Solve((t, y, dy) => { dy[0] = y[1]; dy[1] = -y[0]; }, y0: [1.0, 0.0], t0: 0, t1: 10, new Tsit5());
        double x = orbit.At(3.7)[0];
        Console.WriteLine($"x(3.7) = {x}, and the cosine is {Math.Cos(3.7)}");
    }
}
