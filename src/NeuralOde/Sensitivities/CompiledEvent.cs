using NeuralOde.Fields;

namespace NeuralOde.Sensitivities;

/// <summary>An event with its programs, as a solver takes it, and what its function and its jump give their parameters and inputs.</summary>
internal sealed class CompiledEvent<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly FieldEvent _event;
    private readonly Part? _condition;
    private readonly Part? _jump;
    private readonly T[] _value;

    public CompiledEvent(FieldEvent of, Shape state, IReadOnlyList<FieldInput> inputs)
    {
        _event = of;
        _condition = of.Condition is null ? null : new Part(of.Condition, state, inputs);
        _jump = of.Jump is null ? null : new Part(of.Jump, state, inputs);
        _value = new T[state.ElementCount];
    }

    /// <summary>What was compiled.</summary>
    public IEnumerable<Part> Parts => new[] { _condition, _jump }.OfType<Part>();

    /// <summary>The event with the times of now.</summary>
    public OdeEvent<T> Make() => _condition is null
        ? new OdeEvent<T>(_event.Times!.ToDoubles()) { Name = _event.Name, IsTerminal = _event.IsTerminal, Jump = Jump, JumpProduct = JumpProduct }
        : new OdeEvent<T>(Evaluate)
        {
            Name = _event.Name,
            Direction = _event.Direction,
            IsTerminal = _event.IsTerminal,
            Jump = Jump,
            JumpProduct = JumpProduct,
            FunctionGradient = FunctionGradient,
            FunctionParameterGradient = FunctionParameterGradient,
        };

    private StateJump<T>? Jump => _jump is null ? null : (t, z) =>
    {
        _jump.Field.Evaluate(t, z, _value);
        _value.CopyTo(z);
    };

    private StateJumpProduct<T>? JumpProduct => _jump is null ? null : (t, z, a, zGradient) => _jump.Product.Evaluate(t, z, a, zGradient);

    private double Evaluate(double t, ReadOnlySpan<T> z)
    {
        _condition!.Field.Evaluate(t, z, _value);
        return double.CreateTruncating(_value[0]);
    }

    private double FunctionGradient(double t, ReadOnlySpan<T> z, Span<T> zGradient)
    {
        // The parameters' part is for another call.
        T[] kept = [.. _condition!.Product.Gradient];
        double byTime = _condition.Product.Evaluate(t, z, Cotangent(1), zGradient);
        kept.CopyTo(_condition.Product.Gradient, 0);
        return byTime;
    }

    private void FunctionParameterGradient(double t, ReadOnlySpan<T> z, double a) => _condition!.Product.Evaluate(t, z, Cotangent(a), new T[z.Length]);

    /// <summary>The function's value is in all components; the first one counts.</summary>
    private T[] Cotangent(double a)
    {
        var cotangent = new T[_value.Length];
        cotangent[0] = T.CreateTruncating(a);
        return cotangent;
    }

    /// <summary>A function of time, state and inputs with its vector-Jacobian product, which is compiled when it is first asked for.</summary>
    internal sealed class Part
    {
        private CompiledVectorJacobianProduct<T>? _product;

        public Part(VectorField field, Shape state, IReadOnlyList<FieldInput> inputs)
        {
            Field = new CompiledField<T>(field, state, inputs, allowsUnread: true);
            if (Field.IsStateful)
            {
                throw new NotSupportedException(
                    "A solve with events cannot move running statistics: its fields are evaluated where events are looked for. Switch to evaluation mode.");
            }
        }

        public CompiledField<T> Field { get; }

        public CompiledVectorJacobianProduct<T> Product => _product ??= new CompiledVectorJacobianProduct<T>(Field);

        /// <summary>Adds what the product gave for a parameter or an input to a gradient; nothing where the part does not know it.</summary>
        public void AddGradient(object of, Span<T> sum)
        {
            int start = 0;
            foreach ((object known, int length) in Field.Parameters.Select(static x => ((object)x, x.ElementCount))
                .Concat(Field.Inputs.Where(static x => x.NeedsGradient).Select(static x => ((object)x.Name, x.Shape.ElementCount))))
            {
                if (known.Equals(of))
                {
                    AdjointSolve<T>.Add(sum, Product.Gradient.AsSpan(start, length));
                }

                start += length;
            }
        }
    }
}
