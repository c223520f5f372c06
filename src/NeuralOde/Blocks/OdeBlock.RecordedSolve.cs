using NeuralOde.Fields;
using NeuralOde.Sensitivities;
using NeuralOde.Tensors.Operations;

namespace NeuralOde.Blocks;

/// <content>A solve on the tape: its gradient, and the gradient of that.</content>
public sealed partial class OdeBlock
{
    private sealed class RecordedSolve<T>(OdeBlock block, Sensitivity<T> sensitivity, SolveMemory<T> memory, OdeBlockSolution solution, Tensor? times)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly CompiledField<T> _field = sensitivity.Field;
        private bool _isTaken;
        private SolvedSteps<T>? _steps;

        /// <summary>Initial state, parameters, buffers, times where they are a tensor, inputs.</summary>
        public Tensor[] Leaves { get; set; } = [];

        public Tensor?[] Backward(Tensor cotangent)
        {
            bool isAgain = GradientMode.IsEnabled;
            lock (block._oneAtATime)
            {
                if (_isTaken)
                {
                    throw new InvalidOperationException(
                        "The gradient through this solve was taken already, and its memory reused. Call Forward again, or add the losses up and call Backward once.");
                }

                if (isAgain)
                {
                    RequireSecondOrder();
                }

                var flat = Storage<T>.Allocate(_field.StateLength + _field.GradientLength);
                double[] timeGradients = times is { RequiresGradient: true } ? new double[memory.TimeCount] : [];
                SolveStatistics cost = sensitivity.Backward(memory, cotangent.AsSpan<T>(), flat.Span[.._field.StateLength], timeGradients);
                SolveMeter.AddBackward(cost);
                solution.Backward = cost;
                sensitivity.Gradient.CopyTo(flat.Span[_field.StateLength..]);
                var gradient = new Tensor(new Shape([flat.Span.Length]), flat);
                if (isAgain)
                {
                    // The memory is kept: where the loss is not linear in the states, this gradient is asked for again, of another cotangent, for each second derivative.
                    _steps ??= new SolvedSteps<T>(memory);
                    gradient = Recorded.Apply(
                        "ode_solve_gradient", gradient, [cotangent, .. Leaves, .. sensitivity.SecondOrder.Buffers], direction => SecondBackward(cotangent, direction));
                }
                else if (_steps is null)
                {
                    _isTaken = true;
                    sensitivity.Return(memory);
                }

                return Parts(gradient, timeGradients);
            }
        }

        private void RequireSecondOrder()
        {
            string? why = times is { RequiresGradient: true } ? "Give times that require no gradient." : sensitivity.WhyNoSecondOrder;
            if (why is not null)
            {
                throw new NotSupportedException($"The gradient of a gradient through this solve is not available (createGraph: true). {why}");
            }
        }

        /// <summary>The derivatives of <c>direction · gradient</c> by the cotangent, and by the leaves.</summary>
        private Tensor?[] SecondBackward(Tensor cotangent, Tensor direction)
        {
            if (GradientMode.IsEnabled)
            {
                throw new NotSupportedException("Third derivatives through an ODE solve are not available (createGraph: true, for the second time).");
            }

            lock (block._oneAtATime)
            {
                var tangents = Storage<T>.Allocate(cotangent.ElementCount);
                var flat = Storage<T>.Allocate(direction.ElementCount);
                sensitivity.SecondOrder.Run(_steps!, cotangent.AsSpan<T>(), direction.AsSpan<T>(), tangents.Span, flat.Span);
                Tensor?[] parts = Parts(new Tensor(direction.Shape, flat), []);
                return [new Tensor(cotangent.Shape, tangents), .. parts, .. sensitivity.SecondOrder.Buffers.Select(static _ => (Tensor?)null)];
            }
        }

        /// <summary>The gradients of the leaves, of one after the other.</summary>
        private Tensor?[] Parts(Tensor flat, double[] timeGradients)
        {
            int start = 0;
            List<Tensor?> parts = [Next(_field.StateShape), .. _field.Parameters.Select(x => Next(x.Shape)), .. sensitivity.BackwardBuffers.Select(static _ => (Tensor?)null)];
            if (times is not null)
            {
                Tensor gradient = timeGradients.Length > 0 ? Tensor.From(timeGradients) : Tensor.Zeros(times.Shape, DType.Float64);
                parts.Add(times.DType == DType.Float32 ? gradient.ToSingle() : gradient);
            }

            parts.AddRange(_field.Inputs.Select(x => x.NeedsGradient ? InTypeOf(x, Next(x.Shape)) : null));
            return [.. parts];

            Tensor Next(Shape shape)
            {
                int from = start;
                start += shape.ElementCount;
                return flat.RequiresGradient ? flat.Slice(0, from, shape.ElementCount).Reshape(shape) : Tensor.From<T>(flat.AsSpan<T>().Slice(from, shape.ElementCount), shape);
            }
        }

        private static Tensor InTypeOf(FieldInput input, Tensor gradient) => input.IsTime ? gradient.ToDouble() : gradient;
    }
}
