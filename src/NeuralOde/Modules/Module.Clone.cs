namespace NeuralOde.Modules;

/// <content>Copies of a module.</content>
public abstract partial class Module
{
    /// <summary>Makes a module of the same structure: with parameters of its own, of any values, and with clones of the modules within.</summary>
    /// <param name="cloner">Clones the modules within; one that is used in two places has one clone.</param>
    /// <returns>A new module of this very type. Values, buffers and modes are copied afterwards.</returns>
    /// <remarks>
    /// A module of your own makes itself anew: <c>protected override Module CreateCopy(ModuleCloner cloner) => new Gated(Width, cloner.Clone(Network));</c>.
    /// What it does not get from its constructor, it copies here.
    /// </remarks>
    /// <exception cref="NotSupportedException">The module cannot be copied, because it does not override this method, or because it is given as code.</exception>
    protected virtual Module CreateCopy(ModuleCloner cloner) => throw new NotSupportedException(
        $"A {GetType().Name} does not say how it is made again, so it cannot be cloned. "
            + $"Override {nameof(CreateCopy)} in it; or make another one as this one was made, and call {nameof(CopyFrom)}.");

    /// <summary>Copies the parameters, buffers and modes of another module of the same structure. Everything is checked before anything is changed.</summary>
    /// <param name="other">A module whose parameters and buffers have the same names, shapes and element types.</param>
    /// <exception cref="ArgumentException">The modules differ in structure; the message names the first difference.</exception>
    /// <exception cref="InvalidOperationException">
    /// The names of the parameters of one of them cannot be told: a field given as code names none and was not solved, or uses several of one name.
    /// </exception>
    public void CopyFrom(Module other)
    {
        ArgumentNullException.ThrowIfNull(other);
        CheckKnown();
        other.CheckKnown();
        (string Name, Parameter Parameter)[] from = [.. other.NamedTensors()], to = [.. NamedTensors()];
        for (int i = 0; i < Math.Max(from.Length, to.Length); i++)
        {
            string theirs = i < from.Length ? Describe(from[i]) : "nothing", own = i < to.Length ? Describe(to[i]) : "nothing";
            ArgumentException.ThrowIf(
                theirs != own,
                $"Only a module of the same structure can be copied from: number {i + 1} of its parameters and buffers is {theirs} there and {own} here.", nameof(other));
        }

        foreach ((Parameter source, Parameter target) in from.Select(static x => x.Parameter).Zip(to.Select(static x => x.Parameter)))
        {
            if (source.DType == DType.Float32)
            {
                target.SetValues(source.AsSpan<float>());
            }
            else
            {
                target.SetValues(source.AsSpan<double>());
            }
        }

        var modules = other.NamedModules().ToDictionary(static x => x.Name, static x => x.Module, StringComparer.Ordinal);
        foreach ((string name, Module module) in NamedModules())
        {
            module._isTraining = modules.TryGetValue(name, out Module? source) ? source._isTraining : module._isTraining;
        }

        MarkModesChanged();

        static string Describe((string Name, Parameter Parameter) x) =>
            $"the {(x.Parameter.IsTrainable ? "parameter" : "buffer")} '{x.Name}' ({x.Parameter.DType.Name()} {x.Parameter.Shape})";
    }

    internal Module Copy(ModuleCloner cloner)
    {
        Module copy = CreateCopy(cloner);
        return copy.GetType() == GetType()
            ? copy
            : throw new InvalidOperationException($"The copy of a {GetType().Name} is a {copy.GetType().Name}: override {nameof(CreateCopy)} in {GetType().Name}, too.");
    }

    /// <summary>That a copy holds nothing of this module, and holds once what this module holds once.</summary>
    internal void CheckCopy(Module copy)
    {
        Dictionary<Parameter, Parameter> copies = [];
        foreach (((string name, Parameter own), (string _, Parameter theirs)) in NamedTensors().Zip(copy.NamedTensors()))
        {
            InvalidOperationException.ThrowIf(
                ReferenceEquals(own, theirs),
                $"The copy of a {GetType().Name} shares '{name}' with it: its {nameof(CreateCopy)}, or that of a module within, hands over what it should clone.");
            InvalidOperationException.ThrowIf(
                copies.TryGetValue(own, out Parameter? known) ? known != theirs : copies.ContainsValue(theirs),
                $"'{name}' is held in other places in the copy of a {GetType().Name}: where a module is used twice, {nameof(CreateCopy)} clones it by the cloner each time.");
            copies[own] = theirs;
        }
    }
}
