using System.Runtime.CompilerServices;
using NeuralOde.Blocks;
using NeuralOde.Fields;
using NeuralOde.Layers;
using NeuralOde.Solvers;
using NeuralOde.Tensors;

namespace NeuralOde.Tests.Blocks;

/// <summary>How long a layer keeps what it has compiled, and what a field may be made of.</summary>
public class CompiledProgramTests
{
    [Fact]
    public void A_block_keeps_the_programs_of_the_shapes_used_last()
    {
        using IDisposable scope = new ComputeSettings { MaxCachedPrograms = 3 }.Use();
        var ode = new OdeBlock(new LinearField(2, random: new RandomSource(1)));
        object Compiled(int batch) => ode.Compile<float>([batch, 2]);
        object first = Compiled(1), second = Compiled(2);
        Compiled(3);
        Assert.Same(first, Compiled(1));
        Compiled(4);
        Assert.Same(first, Compiled(1));
        Assert.NotSame(second, Compiled(2));
    }

    [Fact]
    public void Batches_of_many_sizes_take_the_memory_of_a_few()
    {
        using IDisposable scope = new ComputeSettings { MaxCachedPrograms = 4 }.Use();
        var ode = new OdeBlock(new Mlp(2, [16, 16], 2, Activation.Elu, random: new RandomSource(1)).AsField()) { Solver = new Euler(), Steps = FixedSteps.OfLength(0.5) };
        WeakReference[] compiled = [.. Enumerable.Range(1, 60).Select(Solve)];
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.InRange(compiled.Count(static x => x.IsAlive), 1, 4);
        GC.KeepAlive(ode);

        [MethodImpl(MethodImplOptions.NoInlining)]
        WeakReference Solve(int batch)
        {
            ode.Forward(Tensor.Ones([batch, 2]), 0, 1).Sum().Backward();
            return new WeakReference(ode.Compile<float>([batch, 2]));
        }
    }

    [Fact]
    public void A_gradient_is_right_when_its_program_was_let_go_meanwhile()
    {
        using IDisposable scope = new ComputeSettings { MaxCachedPrograms = 1 }.Use();
        var ode = new OdeBlock(new LinearField(2, random: new RandomSource(1), dtype: DType.Float64));
        double[] Gradient(bool interrupted)
        {
            var z0 = Tensor.From([0.5, -1.0], [1, 2], requiresGradient: true);
            Tensor loss = ode.Forward(z0, 0, 1).Square().Sum();
            if (interrupted)
            {
                ode.Forward(Tensor.Ones([3, 2], DType.Float64), 0, 1);
            }

            loss.Backward();
            return z0.Gradient!.ToArray<double>();
        }

        Assert.Equal(Gradient(false), Gradient(true));
    }

    [Fact]
    public void A_field_may_use_an_operation_of_the_users_own()
    {
        // dz/dt = −z², by a square of one's own: z(1) = z₀/(1 + z₀), dz(1)/dz₀ = 1/(1 + z₀)².
        var square = new OwnSquare();
        var ode = new OdeBlock(VectorField.Define((t, z) => -square.Apply(z))) { Steps = new AdaptiveSteps { RelativeTolerance = 1e-10, AbsoluteTolerance = 1e-12 } };
        var z0 = Tensor.From([0.5, 2.0], [2, 1], requiresGradient: true);
        Tensor end = ode.Forward(z0, 0, 1).Select(0, 1);
        end.Sum().Backward();
        Assert.Equal(1 / 3.0, end[0, 0], 1e-9);
        Assert.Equal(2 / 3.0, end[1, 0], 1e-9);
        Assert.Equal(1 / 2.25, z0.Gradient![0, 0], 1e-8);
        Assert.Equal(1 / 9.0, z0.Gradient![1, 0], 1e-8);
    }

    private sealed class OwnSquare : CustomOperation
    {
        public override string Name => "own_square";

        protected override Shape InferShape(ReadOnlySpan<Shape> inputs) => inputs[0];

        protected override void Compute<T>(CustomInputs<T> inputs, Span<T> output)
        {
            ReadOnlySpan<T> z = inputs[0];
            for (int i = 0; i < output.Length; i++)
            {
                output[i] = z[i] * z[i];
            }
        }

        protected override Tensor?[] Gradient(IReadOnlyList<Tensor> inputs, Tensor output, Tensor cotangent) => [2.0 * inputs[0] * cotangent];
    }
}
