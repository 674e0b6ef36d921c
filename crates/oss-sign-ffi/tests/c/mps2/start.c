/* What a Cortex-M4 wants before newlib: a stack, where to begin, and to have its FPU switched on. */
extern unsigned int stack_top[];
extern void _start(void);

static void reset(void)
{
    volatile unsigned int *const coprocessor_access = (volatile unsigned int *)0xe000ed88;
    *coprocessor_access |= 0xfu << 20;
    __asm__ volatile("dsb\nisb");
    _start();
}

__attribute__((section(".vectors"), used)) static const struct {
    const unsigned int *stack;
    void (*reset)(void);
} vectors = {stack_top, reset};
