namespace Sereno.Tests;
