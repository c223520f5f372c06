using System.Runtime.CompilerServices;
using NeuralOde.Solvers;
using NeuralOde.Solvers.Tests.Problems;

namespace NeuralOde.Benchmarks.Holds;

/// <summary>DETEST's problems of up to four components as fields that are compiled into the loop over the steps.</summary>
internal static class DetestFields
{
    /// <summary>All but B1, a Lotka-Volterra problem: one of those is what the speed is compared on with Boost.odeint.</summary>
    public static IReadOnlyList<(Detest Problem, IVectorField<double> Field)> All { get; } =
    [
        (Detest.Named("A1"), State1<double>.Field(default(A1))),
        (Detest.Named("A2"), State1<double>.Field(default(A2))),
        (Detest.Named("A3"), State1<double>.Field(default(A3))),
        (Detest.Named("A4"), State1<double>.Field(default(A4))),
        (Detest.Named("A5"), State1<double>.Field(default(A5))),
        (Detest.Named("B2"), State3<double>.Field(default(B2))),
        (Detest.Named("B3"), State3<double>.Field(default(B3))),
        (Detest.Named("B4"), State3<double>.Field(default(B4))),
        (Detest.Named("B5"), State3<double>.Field(default(B5))),
        (Detest.Named("D1"), State4<double>.Field(default(Orbit))),
        (Detest.Named("D2"), State4<double>.Field(default(Orbit))),
        (Detest.Named("D3"), State4<double>.Field(default(Orbit))),
        (Detest.Named("D4"), State4<double>.Field(default(Orbit))),
        (Detest.Named("D5"), State4<double>.Field(default(Orbit))),
        (Detest.Named("E1"), State2<double>.Field(default(E1))),
        (Detest.Named("E2"), State2<double>.Field(default(E2))),
        (Detest.Named("E3"), State2<double>.Field(default(E3))),
        (Detest.Named("E4"), State2<double>.Field(default(E4))),
        (Detest.Named("E5"), State2<double>.Field(default(E5))),
    ];

    private readonly struct A1 : IStateField<State1<double>>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public State1<double> Evaluate(double t, State1<double> z) => new(-z.X);
    }

    private readonly struct A2 : IStateField<State1<double>>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public State1<double> Evaluate(double t, State1<double> z) => new(-0.5 * z.X * z.X * z.X);
    }

    private readonly struct A3 : IStateField<State1<double>>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public State1<double> Evaluate(double t, State1<double> z) => new(z.X * Math.Cos(t));
    }

    private readonly struct A4 : IStateField<State1<double>>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public State1<double> Evaluate(double t, State1<double> z) => new(z.X * (1 - (z.X / 20)) / 4);
    }

    private readonly struct A5 : IStateField<State1<double>>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public State1<double> Evaluate(double t, State1<double> z) => new((z.X - t) / (z.X + t));
    }

    private readonly struct B2 : IStateField<State3<double>>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public State3<double> Evaluate(double t, State3<double> z) => new(-z.X + z.Y, z.X - (2 * z.Y) + z.Z, z.Y - z.Z);
    }

    private readonly struct B3 : IStateField<State3<double>>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public State3<double> Evaluate(double t, State3<double> z) => new(-z.X, z.X - (z.Y * z.Y), z.Y * z.Y);
    }

    private readonly struct B4 : IStateField<State3<double>>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public State3<double> Evaluate(double t, State3<double> z)
        {
            double d = Math.Sqrt((z.X * z.X) + (z.Y * z.Y));
            return new(-z.Y - (z.X * z.Z / d), z.X - (z.Y * z.Z / d), z.X / d);
        }
    }

    private readonly struct B5 : IStateField<State3<double>>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public State3<double> Evaluate(double t, State3<double> z) => new(z.Y * z.Z, -z.X * z.Z, -0.51 * z.X * z.Y);
    }

    private readonly struct Orbit : IStateField<State4<double>>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public State4<double> Evaluate(double t, State4<double> z)
        {
            double square = (z.X * z.X) + (z.Y * z.Y), d = square * Math.Sqrt(square);
            return new(z.Z, z.W, -z.X / d, -z.Y / d);
        }
    }

    private readonly struct E1 : IStateField<State2<double>>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public State2<double> Evaluate(double t, State2<double> z) => new(z.Y, -((z.Y / (t + 1)) + ((1 - (0.25 / ((t + 1) * (t + 1)))) * z.X)));
    }

    private readonly struct E2 : IStateField<State2<double>>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public State2<double> Evaluate(double t, State2<double> z) => new(z.Y, ((1 - (z.X * z.X)) * z.Y) - z.X);
    }

    private readonly struct E3 : IStateField<State2<double>>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public State2<double> Evaluate(double t, State2<double> z) => new(z.Y, (z.X * z.X * z.X / 6) - z.X + (2 * Math.Sin(2.78535 * t)));
    }

    private readonly struct E4 : IStateField<State2<double>>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public State2<double> Evaluate(double t, State2<double> z) => new(z.Y, 0.032 - (0.4 * z.Y * z.Y));
    }

    private readonly struct E5 : IStateField<State2<double>>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public State2<double> Evaluate(double t, State2<double> z) => new(z.Y, Math.Sqrt(1 + (z.Y * z.Y)) / (25 - t));
    }
}
