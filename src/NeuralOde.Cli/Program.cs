Console.WriteLine("neuralode");
