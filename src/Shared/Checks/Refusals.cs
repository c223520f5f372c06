using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace NeuralOde.Checks;

/// <summary>Checks of one line, beside those that the framework has. A message is written only where it is thrown.</summary>
internal static class Refusals
{
    extension(ArgumentException)
    {
        /// <summary>Refuses an argument.</summary>
        public static void ThrowIf(
            [DoesNotReturnIf(true)] bool refused, [InterpolatedStringHandlerArgument(nameof(refused))] RefusalMessage message, string? parameter = null)
        {
            if (refused)
            {
                throw new ArgumentException(message.Text, parameter);
            }
        }
    }

    extension(ArgumentOutOfRangeException)
    {
        /// <summary>Refuses an argument whose value the message names.</summary>
        public static void ThrowIf([DoesNotReturnIf(true)] bool refused, string parameter, [InterpolatedStringHandlerArgument(nameof(refused))] RefusalMessage message)
        {
            if (refused)
            {
                throw new ArgumentOutOfRangeException(parameter, message.Text);
            }
        }

        /// <summary>Refuses the value of an argument.</summary>
        public static void ThrowIf<T>(
            [DoesNotReturnIf(true)] bool refused, string parameter, T value, [InterpolatedStringHandlerArgument(nameof(refused))] RefusalMessage message)
        {
            if (refused)
            {
                throw new ArgumentOutOfRangeException(parameter, value, message.Text);
            }
        }
    }

    extension(InvalidOperationException)
    {
        /// <summary>Refuses a call in the wrong order.</summary>
        public static void ThrowIf([DoesNotReturnIf(true)] bool refused, [InterpolatedStringHandlerArgument(nameof(refused))] RefusalMessage message)
        {
            if (refused)
            {
                throw new InvalidOperationException(message.Text);
            }
        }
    }
}
