using System.Diagnostics.Contracts;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace NeuralOde.Reports.Tests;

public class ImmutabilityTests
{
    // The compiler writes the attribute only where CONTRACTS_FULL is defined; without it analyzer CA1806 sees nothing to warn about.
    [Fact]
    public void Methods_that_return_a_changed_copy_carry_the_attribute_that_warns_of_dropping_it()
    {
        var room = typeof(Figure).Assembly;
        var copies = room.GetExportedTypes()
            .SelectMany(t => t.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
            .Where(m => m.ReturnType.Assembly == room && !m.IsSpecialName && m.GetCustomAttribute<CompilerGeneratedAttribute>() is null && !m.Name.Contains('<', StringComparison.Ordinal))
            .ToArray();
        Assert.Contains(copies, m => m.Name == nameof(Figure.Line));
        Assert.Contains(copies, m => m.Name == nameof(Report.Add));
        Assert.All(copies, m => Assert.True(m.GetCustomAttribute<PureAttribute>() is not null, $"{m.DeclaringType!.Name}.{m.Name} lacks [Pure]"));
    }
}
