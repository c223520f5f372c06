using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace NeuralOde.Tensors.Tests.Kernels;

/// <summary>.ci/run tests the kernels again with instructions switched off; these tests fail where a switch did not do that.</summary>
public class InstructionSetTests
{
    [Fact]
    public void The_switch_for_AVX512_holds() => Assert.False(IsOff("EnableAVX512") && Vector512.IsHardwareAccelerated);

    [Fact]
    public void The_switch_for_AVX2_holds() => Assert.False(IsOff("EnableAVX2") && (Avx2.IsSupported || Vector256.IsHardwareAccelerated));

    [Fact]
    public void The_switch_for_all_intrinsics_holds() => Assert.False(IsOff("EnableHWIntrinsic") && Vector128.IsHardwareAccelerated);

    private static bool IsOff(string name) => Environment.GetEnvironmentVariable("DOTNET_" + name) == "0";
}
