prelude
import LeanMining.Algebra.Rat
import LeanMining.Algebra.Sum
import LeanMining.Clipping
import LeanMining.Encoding
import LeanMining.Nucleus.Certificate
import LeanMining.Nucleus.Gap
