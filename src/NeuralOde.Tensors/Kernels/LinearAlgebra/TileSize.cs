using System.Runtime.InteropServices;

namespace NeuralOde.Tensors.Kernels;

/// <summary>
/// A number of rows or columns of a tile, as a type argument: the size of its struct in bytes. A kernel reads it with <c>sizeof</c>, which the
/// just-in-time compiler knows before it looks at a branch, so that it never compiles what a smaller tile would not do.
/// </summary>
internal interface ITileSize;

[StructLayout(LayoutKind.Sequential, Size = 1)]
internal readonly struct Size1 : ITileSize;

[StructLayout(LayoutKind.Sequential, Size = 2)]
internal readonly struct Size2 : ITileSize;

[StructLayout(LayoutKind.Sequential, Size = 3)]
internal readonly struct Size3 : ITileSize;

[StructLayout(LayoutKind.Sequential, Size = 4)]
internal readonly struct Size4 : ITileSize;

[StructLayout(LayoutKind.Sequential, Size = 5)]
internal readonly struct Size5 : ITileSize;

[StructLayout(LayoutKind.Sequential, Size = 6)]
internal readonly struct Size6 : ITileSize;

[StructLayout(LayoutKind.Sequential, Size = 7)]
internal readonly struct Size7 : ITileSize;

[StructLayout(LayoutKind.Sequential, Size = 8)]
internal readonly struct Size8 : ITileSize;

/// <summary>Whether the last vector of a tile's row is partial, as a type argument.</summary>
internal interface ITileEdge;

internal readonly struct FullEdge : ITileEdge;

internal readonly struct PartialEdge : ITileEdge;
