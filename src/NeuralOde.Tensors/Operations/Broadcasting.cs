using System.Runtime.CompilerServices;
using NeuralOde.Tensors.Kernels;

namespace NeuralOde.Tensors.Operations;

/// <summary>The arithmetic of broadcasting.</summary>
internal static class Broadcasting
{
    /// <summary>Strides that read a tensor of shape <paramref name="input"/> as if it had shape <paramref name="output"/>: 0 along a repeated axis.</summary>
    public static int[] Strides(Shape input, Shape output)
    {
        var strides = new int[output.Rank];
        int[] own = input.Strides();
        for (int i = 1; i <= input.Rank; i++)
        {
            strides[^i] = input.Lengths[^i] == 1 ? 0 : own[^i];
        }

        return strides;
    }
}

/// <summary>Repeats a tensor along axes of length 1 (or absent ones) to reach a shape.</summary>
internal sealed record BroadcastTo(Shape Target) : Operation
{
    public override string Name => "broadcast";

    public override Shape InferShape(ReadOnlySpan<Shape> inputs) => Shape.Broadcast(inputs[0], Target) == Target
        ? Target
        : throw new ArgumentException($"A tensor of shape {inputs[0]} cannot be broadcast to {Target}: an axis would shrink.");

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output) =>
        new StridedCopyKernel<T>(Broadcasting.Strides(inputs[0], output), output.Lengths.ToArray());

    public override Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed) => [cotangent.SumTo(inputs[0].Shape)];
}

/// <summary>Writes a dense tensor from one that is read with strides.</summary>
internal sealed class StridedCopyKernel<T>(int[] strides, int[] lengths) : Kernel<T>
    where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output) => Layout.StridedCopy(inputs[0].Span, strides, lengths, output);
}
