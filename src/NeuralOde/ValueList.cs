namespace NeuralOde;

// Declared in src/Shared/Lists, which other assemblies compile for themselves.
public static partial class ValueList;

public sealed partial class ValueList<T>;
