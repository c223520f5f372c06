namespace NeuralOde.Solvers;

/// <summary>
/// A vector field that remembers something of the states at which it was evaluated, such as running statistics. A solver also evaluates at states that are no part of the
/// solution: of steps that it rejects, and to choose its steps. It tells such a field which were which.
/// </summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public interface IStatefulField<T> : IVectorField<T>
{
    /// <summary>Whether the field remembers anything: one that may, and does not, is not told of every step.</summary>
    /// <value>Default true. It is asked at the start of a solve.</value>
    bool IsStateful => true;

    /// <summary>Keeps what was remembered so far: the evaluations since the last call belong to the solution.</summary>
    void Commit();

    /// <summary>Forgets what was remembered since the last call of <see cref="Commit"/>: those evaluations were trials.</summary>
    void Revert();
}
